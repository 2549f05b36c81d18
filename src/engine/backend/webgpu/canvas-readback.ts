import { bufferUsage, messageOf } from "./device.ts";
import { StagingReadback } from "./staging-readback.ts";

const textureUsage = { copyDst: 0x2, renderAttachment: 0x10 } as const;
/** Row pitch of copies must be a multiple of 256 bytes: canvases are whole multiples of 64 pixels wide. */
const sizes = { small: [64, 5], large: [512, 513] } as const;

/** One WebGPU canvas and the WebGL texture it is read through. */
class Window {
  readonly width: number;
  readonly height: number;
  readonly #device: GPUDevice;
  readonly #canvas: OffscreenCanvas;
  readonly #context: GPUCanvasContext;
  readonly #pixels: Uint8Array;

  constructor(device: GPUDevice, [width, height]: readonly [number, number]) {
    this.width = width;
    this.height = height;
    this.#device = device;
    this.#canvas = new OffscreenCanvas(width, height);
    const context = this.#canvas.getContext("webgpu");
    if (context === null) throw new Error("no WebGPU canvas");
    context.configure({
      device,
      format: "rgba8unorm",
      usage: textureUsage.copyDst | textureUsage.renderAttachment,
      alphaMode: "premultiplied",
    });
    this.#context = context;
    this.#pixels = new Uint8Array(width * height * 4);
  }

  /** The pixels after `record` has copied buffers to the canvas; row 0 first. Valid until the next call. */
  show(
    gl: WebGL2RenderingContext,
    record: (encoder: GPUCommandEncoder, texture: GPUTexture) => number,
  ): Uint8Array {
    const encoder = this.#device.createCommandEncoder();
    const rows = record(encoder, this.#context.getCurrentTexture());
    this.#device.queue.submit([encoder.finish()]);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, this.#canvas);
    gl.framebufferTexture2D(
      gl.FRAMEBUFFER,
      gl.COLOR_ATTACHMENT0,
      gl.TEXTURE_2D,
      gl.getParameter(gl.TEXTURE_BINDING_2D) as WebGLTexture,
      0,
    );
    gl.readPixels(0, 0, this.width, rows, gl.RGBA, gl.UNSIGNED_BYTE, this.#pixels);
    return this.#pixels;
  }
}

/**
 * Synchronous reads: the bytes are copied to a WebGPU canvas as pixels, the canvas is drawn into a WebGL texture, and
 * `readPixels` waits for all of it. Only devices that pass `CanvasReadback.create`'s self-test may be read so.
 */
export class CanvasReadback {
  readonly #device: GPUDevice;
  readonly #gl: WebGL2RenderingContext;
  readonly #small: Window;
  #large: Window | undefined;

  constructor(device: GPUDevice) {
    this.#device = device;
    const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
    if (gl === null) throw new Error("no WebGL2");
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    // The pixels are data: no colour or alpha conversion may touch them.
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.pixelStorei(gl.PACK_ALIGNMENT, 4);
    this.#gl = gl;
    this.#small = new Window(device, sizes.small);
  }

  /**
   * Bytes `offset` to `offset + bytes` (multiples of 4) of `source`, and with them the 64 words of `marks`, as the
   * device has them after everything submitted so far.
   */
  read(
    source: GPUBuffer,
    offset: number,
    bytes: number,
    marks: GPUBuffer,
  ): { readonly data: ArrayBuffer; readonly marks: Uint32Array } {
    const isSmall = bytes <= this.#small.width * (this.#small.height - 1) * 4;
    const window = isSmall ? this.#small : (this.#large ??= new Window(this.#device, sizes.large));
    const data = new Uint8Array(bytes);
    const capacity = window.width * (window.height - 1) * 4;
    let seen = new Uint32Array(64);
    for (let at = 0; at === 0 || at < bytes; at += capacity) {
      const part = Math.min(capacity, bytes - at);
      const pixels = window.show(this.#gl, (encoder, texture) => {
        encoder.copyBufferToTexture({ buffer: marks, bytesPerRow: 256 }, { texture }, [64, 1]);
        return 1 + copyRows(encoder, texture, window.width, source, offset + at, part);
      });
      data.set(pixels.subarray(window.width * 4, window.width * 4 + part), at);
      seen = new Uint32Array(pixels.slice(0, 256).buffer);
    }
    return { data: data.buffer, marks: seen };
  }

  /** Whether reads on a device like `device` (which is used up) are exact to the byte. */
  static async selfTest(device: GPUDevice): Promise<boolean> {
    if (typeof OffscreenCanvas === "undefined") return false;
    const usage = bufferUsage.copySrc | bufferUsage.copyDst | bufferUsage.storage;
    let failed: string | undefined;
    device.addEventListener("uncapturederror", (event) => {
      failed ??= event.error.message;
    });
    void device.lost.then((info) => {
      failed ??= info.message;
    });
    try {
      const readback = new CanvasReadback(device);
      const marks = device.createBuffer({ size: 256, usage });
      const staging = new StagingReadback(device);
      // One size for each window, then the small one again with other bytes: a stale canvas must not pass.
      for (const [round, words] of [200, 20_000, 200].entries()) {
        const bytes = new Uint8Array(words * 4);
        let state = 12345 + round;
        for (let i = 0; i < bytes.length; i += 1) {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          bytes[i] = state >>> 24;
        }
        const buffer = device.createBuffer({ size: bytes.length, usage });
        device.queue.writeBuffer(buffer, 0, bytes);
        device.queue.writeBuffer(marks, 0, bytes, 4, 256);
        const got = readback.read(buffer, 4, bytes.length - 4, marks);
        const mapped = await staging.read(buffer, 4, bytes.length - 4);
        if (!sameBytes(got.data, mapped) || !sameBytes(got.data, bytes.slice(4).buffer)) return false;
        if (!sameBytes(got.marks.buffer, bytes.slice(4, 260).buffer)) return false;
      }
      return failed === undefined;
    } catch (error) {
      failed = messageOf(error);
      return false;
    }
  }
}

/** Copies bytes to the texture from row 1 on, the last row partly; returns the rows used. */
function copyRows(
  encoder: GPUCommandEncoder,
  texture: GPUTexture,
  width: number,
  buffer: GPUBuffer,
  offset: number,
  bytes: number,
): number {
  const pitch = width * 4;
  const whole = Math.floor(bytes / pitch);
  const rest = (bytes - whole * pitch) / 4;
  if (whole > 0) {
    encoder.copyBufferToTexture({ buffer, offset, bytesPerRow: pitch }, { texture, origin: [0, 1] }, [
      width,
      whole,
    ]);
  }
  if (rest > 0) {
    const source = { buffer, offset: offset + whole * pitch, bytesPerRow: pitch };
    encoder.copyBufferToTexture(source, { texture, origin: [0, 1 + whole] }, [rest, 1]);
  }
  return whole + (rest > 0 ? 1 : 0);
}

function sameBytes(left: ArrayBufferLike, right: ArrayBufferLike): boolean {
  const [a, b] = [new Uint8Array(left), new Uint8Array(right)];
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
