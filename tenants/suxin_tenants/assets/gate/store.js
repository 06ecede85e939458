// What the device keeps: who works here, the keys, the list, what was let in, and what the platform has not answered yet.

const NAME = "suxin-gate";
const VERSION = 1;
let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("kept");
      asked.result.createObjectStore("queue", { keyPath: "id" });
      asked.result.createObjectStore("admitted", { keyPath: "key" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

const done = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = transaction.onerror = () => reject(transaction.error);
});

const result = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** Something that is kept by its name. */
export async function kept(name) {
  return result((await database()).transaction("kept").objectStore("kept").get(name));
}

/** Keep something by its name. */
export async function keep(name, value) {
  const transaction = (await database()).transaction("kept", "readwrite");
  transaction.objectStore("kept").put(value, name);
  await done(transaction);
}

/** Everything that waits for an answer, whoever recorded it. */
export async function queued() {
  return result((await database()).transaction("queue").objectStore("queue").getAll());
}

/** How many of a ticket's holders this device let in. */
export async function admittedOf(key) {
  const found = await result((await database()).transaction("admitted").objectStore("admitted").get(key));
  return found?.persons ?? 0;
}

/**
 * Record an admission in one transaction, which is on the disk before anybody passes: how many this device let in stands beside what waits.
 * Refused (false) where more would be let in than `most`: another tab of this device was quicker.
 */
export async function record(item, key, until, most) {
  const transaction = (await database()).transaction(["queue", "admitted"], "readwrite", { durability: "strict" });
  const finished = done(transaction);
  const admitted = transaction.objectStore("admitted");
  const before = (await result(admitted.get(key)))?.persons ?? 0;
  const allowed = before + item.persons <= most;
  if (allowed) {
    admitted.put({ key, persons: before + item.persons, until });
    transaction.objectStore("queue").add(item);
  }
  await finished;
  return allowed;
}

/** Forget what the platform gave a receipt for, and nothing else. */
export async function forget(ids) {
  const transaction = (await database()).transaction("queue", "readwrite");
  for (const id of ids) transaction.objectStore("queue").delete(id);
  await done(transaction);
}

/** Forget how many were let in by tickets that are good no more. */
export async function tidy(now) {
  const transaction = (await database()).transaction("admitted", "readwrite");
  const store = transaction.objectStore("admitted");
  const finished = done(transaction);
  for (const one of await result(store.getAll())) if (one.until < now) store.delete(one.key);
  await finished;
}
