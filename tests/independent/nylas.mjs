// Nylas's SDK for Node.js, as it comes: calls one method of its auth, and prints what that gives.
// usage: node nylas.mjs API_URI API_KEY METHOD ARGUMENT-AS-JSON
import Nylas from "nylas";

const [apiUri, apiKey, method, argument] = process.argv.slice(2);
const { auth } = new Nylas({ apiUri, apiKey });

let answer;
try {
  answer = { result: await auth[method](JSON.parse(argument)) };
} catch (error) {
  answer = { error: { type: error.constructor.name, ...error } };
}
console.log(JSON.stringify(answer));
