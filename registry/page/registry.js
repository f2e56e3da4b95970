// The registry's API.

/** An answer that is not what was asked for, or none. */
export class Failure extends Error {
  /** `kind`: "offline", "token" (401), "forbidden" (403), "missing" (404), "starting" (503) or "error". */
  constructor(kind, message, {status = 0, requestId = ""} = {}) {
    super(message);
    this.kind = kind;
    this.status = status;
    this.requestId = requestId;
  }
}

const kinds = {401: "token", 403: "forbidden", 404: "missing", 503: "starting"};
const longestWait = 30_000;

// Kept for as long as the page is open, and nowhere else.
let token = "";

export function setToken(text) {
  token = text.trim();
}

export function hasToken() {
  return token !== "";
}

/** "api/v1/tools/a%2Fb" for path("api/v1/tools", "a/b"). Relative, so that the page works below any prefix. */
export function path(start, ...segments) {
  return [start, ...segments.map(encodeURIComponent)].join("/");
}

function url(where, parameters) {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== "" && value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return new URL(where + (query.length > 0 ? "?" + query.join("&") : ""), document.baseURI);
}

/** GET as text. Throws a Failure, or what `signal` was aborted with. */
export async function readText(where, parameters = {}, signal = undefined) {
  const limit = AbortSignal.timeout(longestWait);
  const headers = {Accept: "application/json"};
  if (token !== "") headers.Authorization = `Bearer ${token}`;
  let response, text;
  try {
    response = await fetch(url(where, parameters), {
      headers, redirect: "error", cache: "no-cache", signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure("offline", limit.aborted ? "It did not answer within 30 seconds." : "The connection failed.");
  }
  if (response.ok) return text;
  throw new Failure(kinds[response.status] ?? "error", detail(text) || `It answered with status ${response.status}.`,
                    {status: response.status, requestId: response.headers.get("X-Request-Id") ?? ""});
}

/** GET as JSON. */
export async function read(where, parameters = {}, signal = undefined) {
  const text = await readText(where, parameters, signal);
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure("error", "The answer is not JSON; is something between this page and the registry?");
  }
}

/** What a problem document says. */
function detail(text) {
  try {
    const problem = JSON.parse(text);
    return typeof problem.detail === "string" ? problem.detail : "";
  } catch {
    return "";
  }
}
