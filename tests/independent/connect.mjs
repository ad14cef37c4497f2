// An app's page that signs people in with @nylas/connect, as it comes; /callback is the same page.
import { NylasConnect } from "/nylas-connect.js";

const config = await (await fetch("/config.json")).json();
const asked = JSON.parse(new URLSearchParams(location.search).get("asked") ?? "{}");
const client = new NylasConnect({ ...config, logLevel: "off" });
const events = [];

client.onConnectStateChange((event) => {
  events.push(event);
  document.getElementById("events").textContent = JSON.stringify(events);
});

function show(result) {
  document.getElementById("result").textContent = JSON.stringify(result);
}

// What an Error is about is in its message, which JSON leaves out.
function showError(error) {
  show({ type: error.name, message: error.message, ...error });
}

function offer(id, act) {
  const button = document.getElementById(id);
  button.onclick = act;
  button.disabled = false;
}

if (location.pathname === "/callback") client.callback().then(show, showError);

Object.assign(window, { client, show, showError });
offer("popup", () => client.connect({ method: "popup", ...asked }).then(show, showError));
offer("inline", () =>
  client.connect({ method: "inline", ...asked }).then((url) => location.assign(url)),
);
