// What a phone keeps: who works with it, and for each of them a database of his own, whose contents are sealed under his PIN.

const DOORS = "suxin-field";
const VERSION = 1;
const opened = new Map();

function database(name, make) {
  if (!opened.has(name)) {
    opened.set(name, new Promise((resolve, reject) => {
      const asked = indexedDB.open(name, VERSION);
      asked.onupgradeneeded = () => make(asked.result);
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    }));
  }
  return opened.get(name);
}

const doorsMade = (made) => made.createObjectStore("doors", { keyPath: "key" });

function workersMade(made) {
  made.createObjectStore("kept");
  made.createObjectStore("items", { keyPath: "order", autoIncrement: true });
  made.createObjectStore("captures", { keyPath: "id" });
  made.createObjectStore("photos", { keyPath: "sha256" });
}

const done = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = transaction.onerror = () => reject(transaction.error);
});

const result = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const doors = () => database(DOORS, doorsMade);

/** Everybody who works with this phone; nothing of him but his name and his village's. */
export const allDoors = async () => result((await doors()).transaction("doors").objectStore("doors").getAll());

/** Keep somebody's door: his name, and his vault that his PIN opens. */
export async function keepDoor(door) {
  const transaction = (await doors()).transaction("doors", "readwrite", { durability: "strict" });
  transaction.objectStore("doors").put(door);
  await done(transaction);
}

/** The database of one worker. */
export class Store {
  constructor(key) {
    this.name = `${DOORS}-${key}`;
  }

  async open() {
    return database(this.name, workersMade);
  }

  async kept(name) {
    return result((await this.open()).transaction("kept").objectStore("kept").get(name));
  }

  async keep(name, value) {
    const transaction = (await this.open()).transaction("kept", "readwrite");
    transaction.objectStore("kept").put(value, name);
    await done(transaction);
  }

  async forgetKept(names) {
    const transaction = (await this.open()).transaction("kept", "readwrite");
    for (const name of names) transaction.objectStore("kept").delete(name);
    await done(transaction);
  }

  async all(name) {
    return result((await this.open()).transaction(name).objectStore(name).getAll());
  }

  async count(name) {
    return result((await this.open()).transaction(name).objectStore(name).count());
  }

  async one(name, key) {
    return result((await this.open()).transaction(name).objectStore(name).get(key));
  }

  /** Record a step in one transaction, which is on the disk before the page says so: the step, its capture, and its photos. */
  async record(item, capture, photos) {
    const transaction = (await this.open()).transaction(["items", "captures", "photos"], "readwrite", { durability: "strict" });
    transaction.objectStore("items").add(item);
    transaction.objectStore("captures").put(capture);
    for (const photo of photos) transaction.objectStore("photos").put(photo);
    await done(transaction);
  }

  /** Forget what the platform gave a receipt for, and nothing else, beside where captures stand now. */
  async receive(orders, captures, blocked) {
    const transaction = (await this.open()).transaction(["items", "captures"], "readwrite", { durability: "strict" });
    for (const order of orders) transaction.objectStore("items").delete(order);
    for (const capture of captures) transaction.objectStore("captures").put(capture);
    for (const item of blocked) transaction.objectStore("items").put(item);
    await done(transaction);
  }

  async forget(name, keys) {
    const transaction = (await this.open()).transaction(name, "readwrite");
    for (const key of keys) transaction.objectStore(name).delete(key);
    await done(transaction);
  }
}
