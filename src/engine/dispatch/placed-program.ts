import { counters, type Backend } from "../backend/backend.ts";
import type { Jaxpr } from "../core/jaxpr.ts";
import type { PythonScalar } from "../core/scalar.ts";
import { compile } from "../lowering/compile.ts";
import type { ArrayImpl } from "./array.ts";
import { Executable } from "./executable.ts";
import { demandOf, placeProgram, type Demand } from "./placement.ts";

/** A program that is compiled for a backend when it is first placed there. */
export class PlacedProgram {
  readonly #jaxpr: Jaxpr;
  readonly #scalarArguments: readonly boolean[];
  readonly #demand: Demand;
  readonly #executables: Executable[] = [];
  #last: Executable | undefined;

  /** `scalarArguments[k]`: argument k (constants first) is a host scalar. */
  constructor(jaxpr: Jaxpr, scalarArguments: readonly boolean[]) {
    this.#jaxpr = jaxpr;
    this.#scalarArguments = scalarArguments;
    this.#demand = demandOf(jaxpr);
  }

  /** Queues the work and gives its results at once. */
  run(args: readonly (ArrayImpl | PythonScalar)[]): ArrayImpl[] {
    const backend = placeProgram(this.#demand, args);
    if (this.#last?.backend !== backend) this.#last = this.#executableOn(backend);
    return this.#last.run(args);
  }

  #executableOn(backend: Backend): Executable {
    let executable = this.#executables.find((made) => made.backend === backend);
    if (executable === undefined) {
      const started = performance.now();
      const program = compile(this.#jaxpr, this.#scalarArguments, backend);
      counters.compileMs += performance.now() - started;
      this.#executables.push((executable = new Executable(program, backend)));
    }
    return executable;
  }
}
