/** What cells put out and what their runs took, as the page shows them. */
export type {
  CellError,
  CellLocation,
  DeviceInfo,
  Figure,
  FigureFields,
  FigureValue,
  MemoryInfo,
  OutputItem,
  Timing,
} from "../runtime/protocol.ts";
