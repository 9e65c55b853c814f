// Where lists are kept between visits: IndexedDB, or memory alone where the browser gives none.

const BASE = "chizheng-verifier";
const SHELF = "kept";

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function opened() {
  const request = indexedDB.open(BASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(SHELF);
  return asked(request);
}

/** A shelf of values by name; writing never fails the caller, nor does reading; undefined stands for what is not there. */
export class Store {
  constructor(base) {
    this.base = base;
    this.memory = new Map();
  }

  static async open() {
    try {
      return new Store(await opened());
    } catch {
      return new Store(null);
    }
  }

  async get(name) {
    return (await this.read((shelf) => shelf.get(name))) ?? this.memory.get(name);
  }

  async names() {
    return (await this.read((shelf) => shelf.getAllKeys())) ?? [...this.memory.keys()];
  }

  async read(ask) {
    try {
      return this.base ? await asked(ask(this.base.transaction(SHELF).objectStore(SHELF))) : undefined;
    } catch {
      this.base = null;
      return undefined;
    }
  }

  async put(name, value) {
    this.memory.set(name, value);
    try {
      if (this.base) await asked(this.base.transaction(SHELF, "readwrite").objectStore(SHELF).put(value, name));
    } catch {
      this.base = null; // full or withdrawn: memory serves until the page closes
    }
  }

  async clear() {
    this.memory.clear();
    try {
      if (this.base) await asked(this.base.transaction(SHELF, "readwrite").objectStore(SHELF).clear());
    } catch {
      this.base = null;
    }
  }
}
