// An exercise in a notebook: the form of an answer, the buttons, and what the check says. Text is only ever set as
// text, so nothing that a reader types becomes markup; every control is a native one, so keyboard and screen readers
// have what they need.

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  if (["input", "button"].includes(tag)) {
    made.dataset.lmSuppressShortcuts = "true"; // arrows and letters are the control's, not JupyterLab's
  }
  return made;
}

// `code`, **strong** and *emphasis* of the course's own texts.
function inline(text) {
  const tags = { "`": "code", "**": "strong", "*": "em" };
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/).map((part) => {
    const mark = part.match(/^(`|\*\*|\*)[^]+\1$/)?.[1];
    return mark ? element(tags[mark], {}, part.slice(mark.length, -mark.length)) : part;
  });
}

function options(model, several) {
  const group = `lmcourse-${Math.random()}`; // the form may be shown twice
  const inputs = model.get("options").map(([key]) =>
    element("input", {
      type: several ? "checkbox" : "radio",
      name: group,
      value: key,
      checked: model.get("answer").includes(key),
    }),
  );
  const labels = model.get("options").map(([key, words], i) => {
    const text = model.get("code") ? [words] : inline(words);
    const className = model.get("code") ? "lmcourse-line" : "";
    return element("label", {}, inputs[i], element("span", { className }, `${key}  `, ...text));
  });
  return [labels, () => inputs.filter((input) => input.checked).map((input) => input.value)];
}

function field(model) {
  const input = element("input", { type: "text", value: model.get("answer")[0] ?? "", autocomplete: "off" });
  input.onkeydown = (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // JupyterLab would swallow it
      input.form.requestSubmit();
    }
  };
  const name = model.get("unit") ? `Number of ${model.get("unit")}` : "Number";
  return [[element("label", {}, name, input)], () => (input.value.trim() ? [input.value.trim()] : [])];
}

function order(model, say) {
  const words = Object.fromEntries(model.get("options"));
  const list = element("ol");
  let keys = model.get("answer").length ? [...model.get("answer")] : Object.keys(words);
  function draw(focus) {
    list.replaceChildren(...keys.map((key, place) => {
      const move = (by, name) => {
        const button = element("button", { type: "button", disabled: !keys[place + by] }, by < 0 ? "↑" : "↓");
        button.setAttribute("aria-label", `Move ${key} ${name}`);
        button.onclick = () => {
          [keys[place], keys[place + by]] = [keys[place + by], keys[place]];
          draw([key, by]);
          say(`${key} is now number ${place + by + 1} of ${keys.length}.`);
        };
        return button;
      };
      return element("li", {}, move(-1, "up"), move(1, "down"), element("span", {}, `${key}  `, ...inline(words[key])));
    }));
    if (focus) {
      const [up, down] = list.children[keys.indexOf(focus[0])].querySelectorAll("button");
      const wanted = focus[1] < 0 ? up : down;
      (wanted.disabled ? (wanted === up ? down : up) : wanted).focus();
    }
  }
  draw();
  return [[list], () => keys];
}

function render({ model, el }) {
  const said = element("div", { className: "lmcourse-said", role: "status" });
  const help = element("div", { className: "lmcourse-help", role: "status" });
  const moved = element("div", { className: "lmcourse-unseen", role: "status" });
  const forms = {
    choice: () => options(model, false),
    choices: () => options(model, true),
    number: () => field(model),
    order: () => order(model, (words) => (moved.textContent = words)),
  };
  const [controls, read] = forms[model.get("form")]?.() ?? [[], null];

  const button = (words, press) => element("button", { type: "button", onclick: () => model.send({ press }) }, words);
  const form = element("form", {});
  form.onsubmit = (event) => {
    event.preventDefault();
    model.send({ press: "check", answer: read() });
  };
  if (read) {
    form.append(
      element("fieldset", {}, element("legend", {}, "Your answer"), ...controls),
      element("button", { className: "lmcourse-check" }, "Check"),
    );
  }
  form.append(button("Hint", "hint"), button("Solution", "solution"));

  const tell = () => {
    const [sign = "", text = ""] = model.get("said");
    said.dataset.sign = sign;
    said.replaceChildren(...inline(text));
  };
  const show = () => {
    const { title, text, code } = model.get("help");
    help.replaceChildren(...(title ? [element("strong", {}, title), " ", ...inline(text)] : []),
      ...(code ? [element("pre", {}, code)] : []));
  };
  model.on("change:said", tell);
  model.on("change:help", show);
  tell();
  show();
  const root = element("section", { className: "lmcourse-exercise" }, form, said, help, moved);
  root.setAttribute("aria-label", `Exercise: ${model.get("title")}`);
  el.append(root);
}

export default { render };
