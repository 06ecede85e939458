/** A browser of the fewest parts: it keeps cookies, fills in forms, and stops where it is led to another site. */

const FIELD = /type="hidden" name="([^"]+)" value="([^"]*)"/g;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'" };

export class Browser {
  #origin;
  #cookies = new Map();

  constructor(origin) {
    this.#origin = origin;
  }

  /** Open an address and return the page's text. */
  async open(address) {
    return (await this.#follow(await this.#send(address))).text();
  }

  /** Send a page's form with these fields beside its hidden ones; return the page it leads to, or the address elsewhere. */
  async submit(page, path, fields) {
    const body = new URLSearchParams({ ...hiddenFields(page), ...fields });
    const answer = await this.#follow(await this.#send(path, { method: "POST", body }));
    return answer instanceof URL ? answer : answer.text();
  }

  async #follow(answer) {
    const location = answer.headers.get("location");
    if (location !== null) {
      const next = new URL(location, this.#origin);
      return next.origin === new URL(this.#origin).origin
        ? this.#follow(await this.#send(next))
        : next;
    }
    if (!answer.ok) {
      throw new Error(`${answer.url}: HTTP ${answer.status}: ${await answer.text()}`);
    }
    return answer;
  }

  async #send(address, options = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(new URL(address, this.#origin), {
      ...options,
      headers: { cookie },
      redirect: "manual",
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/max-age=0/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }
}

/** Log a staff member in and let the client have what it asks for; return where the browser is led. */
export async function allowAsStaff(browser, address, staff) {
  const page = await browser.submit(await browser.open(address), "/oauth/log-in", staff);
  return browser.submit(page, "/oauth/authorize", { decision: "allow" });
}

/** Log a person in by the code that his phone got and let him permit these categories; return where he is led. */
export async function allowAsPerson(browser, address, { categories, ...login }) {
  const page = await browser.submit(await browser.open(address), "/oauth/log-in/person", login);
  return browser.submit(page, "/oauth/authorize", { decision: "allow", categories });
}

/** Log a staff member in where a device sent him, and let the device have what it asks for. */
export async function allowDevice(browser, address, staff) {
  const page = await browser.submit(await browser.open(address), "/oauth/log-in", staff);
  return browser.submit(page, "/oauth/device", { decision: "allow" });
}

function hiddenFields(page) {
  const entity = new RegExp(Object.keys(ENTITIES).join("|"), "g");
  return Object.fromEntries(
    [...page.matchAll(FIELD)].map(([, name, value]) => [
      name,
      value.replace(entity, (found) => ENTITIES[found]),
    ]),
  );
}
