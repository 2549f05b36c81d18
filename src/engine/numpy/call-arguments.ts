export { callArguments, isOptions } from "../core/call-arguments.ts";
