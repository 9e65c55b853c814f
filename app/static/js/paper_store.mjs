// Answers that the server has not acknowledged yet, kept in this browser (IndexedDB; in memory where there is none).

const NAME = 'chizheng-paper';
const STORE = 'unsent';

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ['attempt', 'id'] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function inMemory(attempt) {
  const kept = new Map();
  return {
    lasting: false,
    put: async (answer) => { kept.set(answer.id, { ...answer, attempt }); },
    remove: async (ids) => { ids.forEach((id) => kept.delete(id)); },
    all: async () => [...kept.values()],
  };
}

function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}

/** A store of one attempt's unsent answers: put(answer), remove(ids), all() in the order they were given. */
export async function openStore(attempt) {
  let database;
  try {
    database = await open();
  } catch {
    return inMemory(attempt);
  }
  const range = IDBKeyRange.bound([attempt, ''], [attempt, '\uffff']);
  return {
    lasting: true,
    async put(answer) {
      const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
      transaction.objectStore(STORE).put({ ...answer, attempt });
      await done(transaction);
    },
    async remove(ids) {
      const transaction = database.transaction(STORE, 'readwrite');
      ids.forEach((id) => transaction.objectStore(STORE).delete([attempt, id]));
      await done(transaction);
    },
    all() {
      return new Promise((resolve, reject) => {
        const request = database.transaction(STORE).objectStore(STORE).getAll(range);
        request.onsuccess = () => resolve(request.result.sort((a, b) => a.order - b.order));
        request.onerror = () => reject(request.error);
      });
    },
  };
}
