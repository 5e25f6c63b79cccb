/** A stream of messages that a test pushes into. */
import {
  create,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";

export class Feed<Schema extends DescMessage> {
  readonly #schema: Schema;
  readonly #queue: MessageShape<Schema>[] = [];
  #wake: (() => void) | undefined;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  send(message: MessageInitShape<Schema>): void {
    this.#queue.push(create(this.#schema, message));
    this.#wake?.();
  }

  /** What is sent, until the reader goes away. */
  async *messages(signal: AbortSignal): AsyncGenerator<MessageShape<Schema>> {
    signal.addEventListener("abort", () => this.#wake?.());
    while (!signal.aborted) {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        yield next;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
