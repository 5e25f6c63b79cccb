/** Runs the files by name: the first one makes what the others need. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

export class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => a.moduleId.localeCompare(b.moduleId));
  }
}
