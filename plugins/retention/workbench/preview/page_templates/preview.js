// Shows each mail in full height, scales it down to the available width, and switches light or dark.
const DESKTOP = 680;

function lay(frame) {
  const mail = frame.contentDocument;
  if (!mail || !mail.body || !frame.parentElement.clientWidth) return;
  const place = frame.parentElement.clientWidth;
  const width = frame.closest(".desktop") ? Math.max(place, DESKTOP) : place;
  frame.style.width = `${width}px`;
  frame.style.height = "0";
  const height = mail.documentElement.scrollHeight;
  frame.style.height = `${height}px`;
  frame.style.transform = `scale(${place / width})`;
  frame.parentElement.style.height = `${Math.ceil((height * place) / width) + frame.parentElement.offsetHeight - frame.parentElement.clientHeight}px`;
}

function colour(frame, scheme) {
  const mail = frame.contentDocument;
  if (!mail) return;
  for (const sheet of mail.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!rule.media) continue;
      rule.asked ??= rule.media.mediaText;
      if (rule.asked.includes("prefers-color-scheme: dark")) {
        rule.media.mediaText = scheme === "dark" ? "all" : "not all";
      }
    }
  }
}

const frames = [...document.querySelectorAll("iframe")];
const switches = [...document.querySelectorAll(".switch button")];
let scheme = "light";

function show(frame) {
  colour(frame, scheme);
  lay(frame);
}

for (const frame of frames) {
  frame.addEventListener("load", () => show(frame));
  show(frame);
}
for (const button of switches) {
  button.addEventListener("click", () => {
    scheme = button.value;
    for (const each of switches) each.setAttribute("aria-pressed", String(each === button));
    frames.forEach(show);
  });
}
for (const details of document.querySelectorAll("details")) {
  details.addEventListener("toggle", () => frames.forEach(lay));
}
window.addEventListener("resize", () => frames.forEach(lay));
