/** Small things that the phone remembers between openings: read and written whole, and never trusted to be there. */

export interface Kept<Value> {
  read(): Value | null
  write(value: Value): void
  forget(): void
}

export function kept<Value>(name: string, storage: Storage | undefined = storageOf()): Kept<Value> {
  const key = `minqing.patrol.${name}`
  return {
    read() {
      try {
        return JSON.parse(storage?.getItem(key) ?? 'null') as Value | null
      } catch {
        return null
      }
    },
    write(value) {
      try {
        storage?.setItem(key, JSON.stringify(value))
      } catch {
        // No room or no permission: only convenience is lost.
      }
    },
    forget: () => storage?.removeItem(key),
  }
}

function storageOf(): Storage | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}
