// An explorer in a notebook. Its controls are native ones with labels, so keyboard and screen readers have what they
// need; the result in words stands in one live region; a picture is swapped only when it is ready, so nothing jumps.

const PAUSE = 300; // ms without a key before a text is read

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// A control: what stands in its row, and how its value is put there; `send(value)` tells what the reader chose.
const KINDS = {
  slider({ min, max, step }, send) {
    const input = element("input", { type: "range", min, max, step });
    const shown = element("span", { className: "lmcourse-value", ariaHidden: "true" });
    input.oninput = () => {
      shown.textContent = input.value;
      send(input.valueAsNumber);
    };
    return [[input, shown], (value) => { input.value = shown.textContent = value; }];
  },
  choice({ options }, send) {
    const input = element("select", {}, ...options.map((words, value) => element("option", { value }, words)));
    input.onchange = () => send(input.selectedIndex);
    return [[input], (value) => { input.selectedIndex = value; }];
  },
  tick(_, send) {
    const input = element("input", { type: "checkbox" });
    input.onchange = () => send(input.checked);
    return [[input], (value) => { input.checked = value; }];
  },
  text({ placeholder }, send) {
    return typed(element("input", { type: "text", placeholder, autocomplete: "off" }), send);
  },
  lines({ placeholder, rows }, send) {
    return typed(element("textarea", { placeholder, rows: rows ?? 3 }), send);
  },
};

function typed(input, send) {
  let timer = null;
  const now = () => {
    clearTimeout(timer);
    timer = null;
    send(input.value);
  };
  input.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(now, PAUSE);
  };
  input.onchange = now; // left by Tab or by a click
  return [[input], (value) => { if (timer === null && input.value !== value) input.value = value; }];
}

function render({ model, el }) {
  const said = element("div", { className: "lmcourse-said", role: "status" });
  const picture = element("div", { className: "lmcourse-picture" });
  const put = {};
  const choose = (name, value) => {
    if (model.get("values")[name] === value) return;
    picture.ariaBusy = "true";
    // While the kernel is busy only the newest values wait: a drag is never drawn step by step behind the reader.
    model.set("values", { ...model.get("values"), [name]: value });
    model.save_changes();
  };
  picture.onclick = ({ target }) => { // a place in the picture stands for an option of a control
    if (target.dataset.control in put) choose(target.dataset.control, Number(target.dataset.value));
  };
  const rows = model.get("controls").map((control) => {
    const [nodes, set] = KINDS[control.kind](control, (value) => choose(control.name, value));
    put[control.name] = set;
    return element("label", { className: `lmcourse-${control.kind}` }, element("span", {}, control.label), ...nodes);
  });

  const button = element("button", { type: "button" });
  const bar = element("progress", { max: 1, ariaLabel: "The run" });
  const left = element("span", { className: "lmcourse-left" });
  button.onclick = () => model.send({ press: model.get("run").running ? "stop" : "run" });
  const running = element("div", { className: "lmcourse-run" }, button, bar, left);

  const values = () => Object.entries(model.get("values")).forEach(([name, value]) => put[name]?.(value));
  const run = () => {
    const now = model.get("run");
    running.hidden = now.running === undefined;
    button.textContent = now.running ? "Stop" : "Run"; // one button: the keyboard's place is not lost
    bar.hidden = left.hidden = !now.running;
    if (now.left == null) bar.removeAttribute("value");
    else bar.value = now.spent / (now.spent + now.left);
    left.textContent = now.left == null ? "" : `about ${Math.ceil(now.left)} s left`;
  };
  let newest = 0;
  let last = null;
  const draw = async () => {
    const mine = ++newest;
    const page = element("div");
    page.innerHTML = model.get("value");
    await Promise.allSettled([...page.querySelectorAll("img")].map((image) => image.decode()));
    if (mine !== newest) return; // a newer one has come
    const lines = [...page.querySelectorAll("[role=status]")];
    lines.forEach((line) => { line.remove(); line.removeAttribute("role"); });
    const words = lines.map((line) => line.outerHTML).join("");
    // After a reader's act the result is read out even in the same words; a run's pictures come in silence.
    if (words !== last || picture.ariaBusy === "true") said.replaceChildren(...lines);
    last = words;
    picture.replaceChildren(...page.childNodes);
    picture.ariaBusy = "false";
  };
  // What is wider than the page can be scrolled by keyboard too.
  new ResizeObserver(() => { picture.tabIndex = picture.scrollWidth > picture.clientWidth ? 0 : -1; }).observe(picture);
  model.on("change:values", values);
  model.on("change:run", run);
  model.on("change:drawn", draw);
  values();
  run();
  draw();
  const heading = element("strong", {}, model.get("title"));
  const root = element("section", { className: "lmcourse-explorer", ariaLabel: `Explorer: ${model.get("title")}` },
    heading, element("div", { className: "lmcourse-controls" }, ...rows), running, said, picture);
  // JupyterLab takes arrows and letters for its commands, unless the very element that has the focus says no.
  root.querySelectorAll("input, select, textarea, button").forEach((one) => { one.dataset.lmSuppressShortcuts = "true"; });
  el.append(root);
}

export default { render };
