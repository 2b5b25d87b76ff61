// The quiz in a notebook: one question at a time. Text is only ever set as text; every control is a native one, so
// keyboard and screen readers have what they need.

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  if (["input", "button", "select"].includes(tag)) {
    made.dataset.lmSuppressShortcuts = "true"; // arrows and letters are the control's, not JupyterLab's
  }
  return made;
}

// *emphasis* and `code` of the course's own texts.
function inline(text) {
  const tags = { "`": "code", "*": "em" };
  return text.split(/(`[^`]+`|\*[^*\s][^*]*\*)/).map((part) => {
    const mark = part.match(/^(`|\*)[^]+\1$/)?.[1];
    return mark ? element(tags[mark], {}, part.slice(1, -1)) : part;
  });
}

function render({ model, el }) {
  const group = `lmcourse-${Math.random()}`; // the quiz may be shown twice
  const number = element("strong", { tabIndex: -1 });
  const answers = element("fieldset");
  const said = element("div", { className: "lmcourse-said", role: "status" });
  const tally = element("p");
  const select = element("select", {},
    ...model.get("chapters").map((words, value) => element("option", { value }, words)));
  select.onchange = () => {
    model.set("chapter", select.selectedIndex);
    model.save_changes();
  };

  let moved = false; // by a button: then the new question is read out
  const button = (words, press) => element("button", {
    type: "button",
    onclick: () => {
      moved = true;
      model.send({ press });
    },
  }, words);
  const form = element("form", {}, answers, element("button", { className: "lmcourse-check" }, "Answer"),
    button("Back", "back"), button("Skip, or on", "skip"));
  form.onsubmit = (event) => {
    event.preventDefault();
    model.send({ press: "answer", answer: form.querySelector("input:checked")?.value ?? "" });
  };

  const show = () => {
    const { number: words, asks, options, chosen } = model.get("shown");
    const legend = element("legend", {}, ...inline(asks));
    const same = number.textContent === words && answers.querySelector("legend");
    number.textContent = words;
    if (same) return; // after an answer the keyboard stays where it is
    answers.replaceChildren(legend, ...options.map(([key, text]) =>
      element("label", {},
        element("input", { type: "radio", name: group, value: key, checked: key === chosen }),
        element("span", {}, `${key}  `, ...inline(text)))));
    if (moved) number.focus();
    moved = false;
  };
  const tell = () => {
    const [sign = "", text = ""] = model.get("said");
    said.dataset.sign = sign;
    said.replaceChildren(...inline(text));
  };
  const count = () => {
    tally.textContent = model.get("tally");
    select.selectedIndex = model.get("chapter");
  };
  model.on("change:shown", show);
  model.on("change:said", tell);
  model.on("change:tally", count);
  model.on("change:chapter", count);
  show();
  tell();
  count();
  const root = element("section", { className: "lmcourse-exercise", ariaLabel: "Quiz over the course" },
    element("label", {}, "Questions of", select), element("p", {}, number), form, said, tally);
  el.append(root);
}

export default { render };
