// Makes the pages nicer; each of them works without.

// Show and hide a password. The box keeps its text, and hides it again before it is sent.
for (const box of document.querySelectorAll("[data-password]")) {
  const input = box.querySelector("input");
  const button = box.querySelector("button");
  const [text, label] = [button.textContent, button.getAttribute("aria-label")];
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? button.dataset.hide : text;
    button.setAttribute("aria-label", visible ? button.dataset.hideLabel : label);
  };
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  input.form.addEventListener("submit", () => show(false));
}

// One click sends a form; while it is under way, say so.
for (const form of document.querySelectorAll("form[data-once]")) {
  const buttons = form.querySelectorAll("button[type=submit]");
  const status = form.querySelector("[data-wait]");
  const before = status.textContent;
  form.addEventListener("submit", (event) => {
    if (form.querySelector("[aria-disabled=true]")) {
      event.preventDefault();
      return;
    }
    (event.submitter ?? buttons[0]).setAttribute("aria-disabled", "true");
    status.textContent = status.dataset.wait;
  });
  // Back from another page: browsers may bring the old one back as it was.
  window.addEventListener("pageshow", () => {
    for (const button of buttons) button.removeAttribute("aria-disabled");
    status.textContent = before;
  });
}

// Copy a text that is there to be handed on.
for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.select();
    await navigator.clipboard?.writeText(text.value);
    button.textContent = button.dataset.done;
  });
}

// After a mistake, start where it is explained.
document.querySelector(".alert")?.focus();
