// The queue of scans on this device: written durably before anything is shown, cleared by
// nothing but the server's answer about each single event.
import { newKey } from "./ids.js";

const NAME = "tongcang";
const MOST = 100;
const PATIENCE_MS = 15000;

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    const outbox = request.result.createObjectStore("outbox", { keyPath: "client_event_id" });
    outbox.createIndex("device_seq", "device_seq", { unique: true });
    outbox.createIndex("state", "state");
    request.result.createObjectStore("meta");
  };
  return settled(request);
}

let database = null;

function store(mode, ...names) {
  database ??= open();
  return database.then((opened) => opened.transaction(names, mode, { durability: "strict" }));
}

async function device(meta) {
  const known = await settled(meta.get("device"));
  if (known) return known;
  const made = newKey();
  meta.put(made, "device");
  return made;
}

// What one page keeps is for its own address: a driver's scans never go to a stock count.
const queueOf = (event) => event.queue ?? "driver";

/** Keep one scan; numbering and writing share a transaction, so no number is used twice. */
export async function keep(fact, queue = "driver") {
  const writing = await store("readwrite", "outbox", "meta");
  const meta = writing.objectStore("meta");
  const sequence = ((await settled(meta.get("device_seq"))) ?? 0) + 1;
  meta.put(sequence, "device_seq");
  const event = {
    ...fact,
    queue,
    client_event_id: newKey(),
    device: await device(meta),
    device_seq: sequence,
    event_time: new Date().toISOString(),
    state: "waiting",
  };
  writing.objectStore("outbox").add(event);
  await completed(writing);
  return event;
}

/** Return how many scans wait, were sent and were refused, and since when the oldest waits. */
export async function counts(queue = "driver") {
  const reading = await store("readonly", "outbox", "meta");
  const events = (await settled(reading.objectStore("outbox").getAll())).filter((event) => queueOf(event) === queue);
  const sent = (await settled(reading.objectStore("meta").get(sentOf(queue)))) ?? 0;
  const waiting = events.filter((event) => event.state === "waiting");
  const oldest = waiting.reduce((first, event) => (event.event_time < first ? event.event_time : first), "9999");
  return { waiting: waiting.length, sent, rejected: events.length - waiting.length, oldest: waiting.length ? oldest : null };
}

const sentOf = (queue) => (queue === "driver" ? "sent" : `sent-${queue}`);

async function nextBatch(queue) {
  const reading = await store("readonly", "outbox");
  const events = await settled(reading.objectStore("outbox").index("device_seq").getAll());
  return events.filter((event) => event.state === "waiting" && queueOf(event) === queue).slice(0, MOST);
}

async function settle(batch, answers, queue) {
  const writing = await store("readwrite", "outbox", "meta");
  const outbox = writing.objectStore("outbox");
  const meta = writing.objectStore("meta");
  let sent = (await settled(meta.get(sentOf(queue)))) ?? 0;
  for (const event of batch) {
    const answer = answers.get(event.client_event_id);
    if (!answer) continue;
    if (answer.outcome === "rejected") outbox.put({ ...event, state: "rejected", answer });
    else {
      outbox.delete(event.client_event_id);
      sent += 1;
    }
  }
  meta.put(sent, sentOf(queue));
  await completed(writing);
}

async function post(url, csrf, batch) {
  const body = JSON.stringify({ events: batch.map(({ state: _state, answer: _answer, queue: _queue, ...event }) => event) });
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "Accept-Language": document.documentElement.lang, "X-CSRFToken": csrf },
    body,
    signal: AbortSignal.timeout ? AbortSignal.timeout(PATIENCE_MS) : undefined,
  });
  if (!response.ok) throw new Error(String(response.status));
  const { events } = await response.json();
  return new Map(events.map((answer) => [answer.client_event_id, answer]));
}

/** Send what waits, oldest first, from one tab at a time; return the answers by event. */
export async function sendAll(url, csrf, queue = "driver") {
  const answers = new Map();
  const work = async (lock) => {
    if (lock === null) return;
    for (let batch = await nextBatch(queue); batch.length; batch = await nextBatch(queue)) {
      const answered = await post(url, csrf, batch);
      if (!batch.some((event) => answered.has(event.client_event_id))) throw new Error("unanswered");
      await settle(batch, answered, queue);
      for (const [id, answer] of answered) answers.set(id, answer);
    }
  };
  if (navigator.locks) await navigator.locks.request("tongcang-outbox", { ifAvailable: true }, work);
  else await work({});
  return answers;
}

/** Return the refused scans, for a person to settle. */
export async function refused(queue = "driver") {
  const reading = await store("readonly", "outbox");
  const rejected = await settled(reading.objectStore("outbox").index("state").getAll("rejected"));
  return rejected.filter((event) => queueOf(event) === queue);
}

/** Take one refused scan off the list after a person has settled it. */
export async function settleRefused(id) {
  const writing = await store("readwrite", "outbox");
  const outbox = writing.objectStore("outbox");
  const event = await settled(outbox.get(id));
  if (event?.state === "rejected") outbox.delete(id);
  await completed(writing);
}
