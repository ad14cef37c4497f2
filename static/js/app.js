// Makes the pages nicer; each of them works without.

// Passwords as they were sent, so that another way can be tried without typing them again. They
// are in this variable alone, and gone with the page.
const sent = new Map();
window.addEventListener("pagehide", () => sent.clear());

// Show and hide a password. The box keeps its text, and hides it again before it is sent.
function makeReadable(box) {
  const input = box.querySelector("input");
  const words = input.form.dataset;
  const { autocomplete } = input;
  const button = document.createElement("button");
  const status = document.createElement("span");
  Object.assign(button, { type: "button", className: "reveal" });
  button.setAttribute("aria-controls", input.id);
  status.className = "visually-hidden";
  status.setAttribute("aria-live", "polite");
  box.append(button, status);
  const show = (visible) => {
    // Said to those who cannot see it.
    if (visible || input.type === "text") status.textContent = visible ? words.shown : words.hidden;
    // Of a box with text, Chromium writes what stands in it to disk, for the time after a crash.
    input.autocomplete = visible ? "off" : autocomplete;
    input.type = visible ? "text" : "password";
    button.textContent = visible ? words.hide : words.show;
    button.setAttribute("aria-label", visible ? words.hideLabel : words.showLabel);
  };
  show(false);
  button.addEventListener("click", () => show(input.type === "password"));
  input.form.addEventListener("submit", () => show(false));
  // Back from another page: browsers may bring it back as it was.
  window.addEventListener("pageshow", () => show(false));
}

// Five minutes before the sign-in ends, offer to go on: a request of any page extends it.
function keepOpen(note) {
  const button = note.querySelector("button");
  const text = note.querySelector("p");
  const before = text.textContent;
  const wait = () => setTimeout(() => {
    text.textContent = before;
    note.hidden = button.hidden = false;
  }, note.dataset.keepOpen * 1000);
  button.addEventListener("click", () => {
    const request = new XMLHttpRequest();
    request.open("HEAD", location.href);
    request.timeout = 30_000;
    request.addEventListener("loadend", () => {
      const { responseURL, status } = request;
      // The sign-in is over, as after two hours: the page that this leads to says so.
      if (responseURL && new URL(responseURL).pathname !== location.pathname) return location.assign(responseURL);
      text.textContent = status === 200 ? button.dataset.done : document.querySelector("[data-broken]").dataset.broken;
      if (status !== 200) return;
      // The focus would be lost with the button.
      text.tabIndex = -1;
      text.focus();
      button.hidden = true;
      wait();
    });
    request.send();
  });
  wait();
}

// A date as people write it, at their own time.
function writeDate(time) {
  const { lang } = document.documentElement;
  time.textContent = new Date(time.dateTime).toLocaleDateString(lang, { dateStyle: "long" });
}

// Only on paper is there a date, and the rules of a language take a phone a tenth of a second.
window.addEventListener("beforeprint", () => document.querySelectorAll("time").forEach(writeDate));

// One click sends a form; while it is under way, say so, and once more when it takes long.
function sendOnce(form) {
  const buttons = form.querySelectorAll("button[type=submit]");
  const status = form.querySelector("[data-wait]");
  const before = status.textContent;
  let timer;
  const boxes = form.querySelectorAll("input:not([type=hidden], [readonly])");
  const rest = (text) => {
    for (const button of buttons) button.removeAttribute("aria-disabled");
    for (const box of boxes) box.readOnly = false;
    clearTimeout(timer);
    status.textContent = text;
  };
  form.addEventListener("submit", (event) => {
    if (form.querySelector("[aria-disabled=true]")) {
      event.preventDefault();
      return;
    }
    const button = event.submitter ?? buttons[0];
    const passwords = form.querySelectorAll("[data-password] input");
    // Where it is not known which button was pressed (Safari before 15.4), the browser sends the form.
    if (passwords.length && event.submitter) {
      event.preventDefault();
      remember(passwords, "refill" in button.dataset);
      sendFromHere(form, button, () => {
        rest(status.dataset.broken);
        // On a phone it may be below the screen.
        status.scrollIntoView({ block: "nearest" });
      });
      // What is typed now would be gone with the answer.
      for (const box of boxes) box.readOnly = true;
    }
    button.setAttribute("aria-disabled", "true");
    status.textContent = status.dataset.wait;
    const { waitLong } = status.dataset;
    timer = waitLong
      ? setTimeout(() => (status.textContent = waitLong), 10_000)
      // A page that was stopped on its way tells nobody.
      : setTimeout(() => rest(before), 15_000);
  });
  // Back from another page: browsers may bring the old one back as it was.
  window.addEventListener("pageshow", () => rest(before));
}

function remember(passwords, refill) {
  for (const input of passwords) {
    if (refill && !input.value) input.value = sent.get(input.name) ?? "";
    sent.set(input.name, input.value);
  }
}

// Send a form and put its answer in this page's place. XMLHttpRequest, since it reads a page by
// itself: everything else that does is refused by the policy (require-trusted-types-for).
function sendFromHere(form, button, failed) {
  const typed = new URLSearchParams(new FormData(form));
  if (button.name) typed.append(button.name, button.value);
  const request = new XMLHttpRequest();
  request.responseType = "document";
  request.open("POST", form.action);
  // Longer than any sign-in takes (latchkey/connect/idempotency.py). Sent again, the form gets the answer that was lost.
  request.timeout = 300_000;
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  request.addEventListener("loadend", () => {
    // Where the answer leads is named instead of being followed: it would be loaded twice.
    if (request.status === 204) return location.assign(request.getResponseHeader("Location"));
    const answer = request.response;
    if (!answer?.querySelector("main")) return failed();
    if (!answer.querySelector("[data-password]")) leaveForm();
    document.title = answer.title;
    for (const name of ["lang", "dir"]) document.documentElement[name] = answer.documentElement[name];
    document.body.replaceWith(document.adoptNode(answer.body));
    return beginPage();
  });
  request.send(typed);
}

// As a page that was loaded: seen from its top, and read out from there.
function beginPage() {
  scrollTo(0, 0);
  enhance();
  if (document.querySelector(".alert")) return;
  const heading = document.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
}

// The answer is a page of its own: the way back leads from it to the form again.
function leaveForm() {
  history.pushState(null, "");
  window.addEventListener("popstate", () => location.reload());
}

// Copy a text that is there to be handed on.
function makeCopyable(button) {
  const text = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.select();
    // Refused, or without https not there at all: then the older way, as what is selected.
    const copied = await navigator.clipboard?.writeText(text.value).then(() => true, () => false);
    if (copied || document.execCommand("copy")) button.textContent = button.dataset.done;
  });
}

function makePrintable(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

function enhance() {
  document.querySelectorAll("[data-password]").forEach(makeReadable);
  document.querySelectorAll("form[data-once]").forEach(sendOnce);
  document.querySelectorAll("[data-copy]").forEach(makeCopyable);
  document.querySelectorAll("[data-print]").forEach(makePrintable);
  document.querySelectorAll("[data-keep-open]").forEach(keepOpen);
  // After a mistake, start where it is explained, unless the script came late and somebody types already.
  if (document.activeElement === document.body) document.querySelector(".alert")?.focus();
}

enhance();
