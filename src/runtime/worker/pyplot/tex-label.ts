/**
 * The simple part of TeX that labels use, as the marked-up text Plotly draws: letters slanted, Greek letters,
 * superscripts and subscripts, roots and fractions in a line. What is beyond it appears by its name.
 */

/** A label with `$...$` parts. Everything outside them is text; `\$` is a dollar sign. */
export function texLabel(label: string): string {
  const parts = label.split(/(?<!\\)\$/);
  // An odd number of dollar signs: matplotlib, too, then takes them all for text.
  if (parts.length % 2 === 0) return escapeText(label.replaceAll("\\$", "$"));
  return parts
    .map((part, k) => (k % 2 === 0 ? escapeText(part.replaceAll("\\$", "$")) : texFormula(part)))
    .join("");
}

/** Text as itself: what looks like a mark is none. Line breaks are kept. */
function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/\r?\n/g, "<br>");
}

function table(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .trim()
      .split(/\s+/)
      .map((pair) => pair.split("=") as [string, string]),
  );
}

const letters = table(`
  alpha=α beta=β gamma=γ delta=δ epsilon=ϵ varepsilon=ε zeta=ζ eta=η theta=θ vartheta=ϑ iota=ι kappa=κ lambda=λ
  mu=μ nu=ν xi=ξ pi=π rho=ρ varrho=ϱ sigma=σ varsigma=ς tau=τ upsilon=υ phi=ϕ varphi=φ chi=χ psi=ψ omega=ω ell=ℓ
`);

const symbols = table(`
  Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Xi=Ξ Pi=Π Sigma=Σ Upsilon=Υ Phi=Φ Psi=Ψ Omega=Ω
  partial=∂ nabla=∇ infty=∞ sum=∑ prod=∏ int=∫ cdot=· ldots=… dots=… cdots=⋯ prime=′ circ=° degree=°
  langle=⟨ rangle=⟩ lfloor=⌊ rfloor=⌋ lceil=⌈ rceil=⌉ emptyset=∅ forall=∀ exists=∃ hbar=ℏ Re=ℜ Im=ℑ
  vert=| Vert=‖ lvert=| rvert=| lVert=‖ rVert=‖
`);

const relations = table(`
  times=× pm=± mp=∓ div=÷ leq=≤ le=≤ geq=≥ ge=≥ neq=≠ ne=≠ approx=≈ equiv=≡ sim=∼ propto=∝ ll=≪ gg=≫
  to=→ rightarrow=→ leftarrow=← Rightarrow=⇒ Leftrightarrow=⇔ mapsto=↦ in=∈ notin=∉ subset=⊂ cup=∪ cap=∩ otimes=⊗
  oplus=⊕ mid=∣
`);

const functions = new Set(
  "sin cos tan sec csc cot sinh cosh tanh arcsin arccos arctan exp log ln max min sup inf lim det dim arg Pr".split(
    " ",
  ),
);

const accents = new Map([
  ["hat", "\u0302"],
  ["widehat", "\u0302"],
  ["bar", "\u0304"],
  ["overline", "\u0304"],
  ["tilde", "\u0303"],
  ["widetilde", "\u0303"],
  ["vec", "\u20d7"],
  ["dot", "\u0307"],
  ["ddot", "\u0308"],
]);

const doubleStruck: Readonly<Record<string, string>> = {
  R: "ℝ",
  N: "ℕ",
  Z: "ℤ",
  Q: "ℚ",
  C: "ℂ",
  E: "𝔼",
  P: "ℙ",
};

const spaces = new Map([
  [",", "\u2009"],
  [":", "\u2005"],
  [";", "\u2005"],
  ["!", ""],
  [" ", " "],
  ["quad", "\u2003"],
  ["qquad", "\u2003\u2003"],
]);

function texFormula(source: string): string {
  return new Formula(source).read().replaceAll("</i><i>", "");
}

/** Reads a formula once, from left to right. */
class Formula {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Up to the end, or to the brace that closes the group. */
  read(): string {
    let text = "";
    while (this.#at < this.#source.length && this.#source[this.#at] !== "}") text += this.#next();
    return text;
  }

  #next(): string {
    const char = this.#character();
    if (char === "\\") return this.#command();
    if (char === "^") return `<sup>${this.#argument()}</sup>`;
    if (char === "_") return `<sub>${this.#argument()}</sub>`;
    if (char === "{") return this.#rest();
    if (char === "'") return "′";
    if (char === "~") return "\u00a0";
    if (/\s/.test(char)) return "";
    if (/\p{L}/u.test(char)) return `<i>${char}</i>`;
    if (char === "-") return this.#binary("−");
    if (char === "+") return this.#binary("+");
    if ("=<>".includes(char)) return ` ${escapeText(char)} `;
    return char === "," ? ", " : escapeText(char);
  }

  /** A sign between two things stands apart from them; one in front of a thing does not. */
  #binary(sign: string): string {
    const before = this.#source.slice(0, this.#at - 1).trimEnd();
    return before === "" || /[-+=<>({[,^_]$/.test(before) ? sign : ` ${sign} `;
  }

  #character(): string {
    const char = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 32);
    this.#at += char.length;
    return char;
  }

  /** What is left of a group whose brace was read. */
  #rest(): string {
    const text = this.read();
    this.#at++;
    return text;
  }

  /** A group, or the one thing that follows. */
  #argument(): string {
    while (this.#source[this.#at] === " ") this.#at++;
    return this.#at < this.#source.length ? this.#next() : "";
  }

  /** A group word for word. */
  #words(): string {
    const match = /^\s*\{([^{}]*)\}/.exec(this.#source.slice(this.#at));
    if (match === null) return plain(this.#argument());
    this.#at += match[0].length;
    return escapeText(match[1] ?? "");
  }

  #command(): string {
    const name = /^(?:[A-Za-z]+|[^]?)/.exec(this.#source.slice(this.#at))?.[0] ?? "";
    this.#at += name.length;
    if (/^[A-Za-z]/.test(name)) this.#at += /^ */.exec(this.#source.slice(this.#at))?.[0].length ?? 0;
    const letter = letters.get(name);
    if (letter !== undefined) return `<i>${letter}</i>`;
    const relation = relations.get(name);
    if (relation !== undefined) return ` ${relation} `;
    if (functions.has(name)) return this.#function(name);
    return symbols.get(name) ?? spaces.get(name) ?? this.#structure(name);
  }

  /** The name of a function upright, apart from an argument without brackets. */
  #function(name: string): string {
    const following = this.#source[this.#at];
    return following === undefined || /[({[^_})\],]/.test(following) ? name : `${name}\u2009`;
  }

  #structure(name: string): string {
    const accent = accents.get(name);
    if (accent !== undefined) return this.#argument().replace(/(.)(<\/i>)?$/u, `$1${accent}$2`);
    switch (name) {
      case "left":
      case "right":
        if (this.#source[this.#at] === ".") this.#at++;
        return "";
      case "frac":
      case "dfrac":
      case "tfrac":
        return `${bracketedSum(this.#argument())}/${bracketed(this.#argument())}`;
      case "sqrt":
        return `√${bracketed(this.#argument())}`;
      case "mathbb":
        return this.#words().replace(/./gu, (char) => doubleStruck[char] ?? char);
      case "mathbf":
      case "boldsymbol":
      case "bm":
        return `<b>${this.#argument()}</b>`;
      case "mathrm":
      case "text":
      case "textrm":
      case "operatorname":
        return this.#words();
      case "mathcal":
      case "mathit":
        return this.#argument();
      default:
        return escapeText(name);
    }
  }
}

function plain(marked: string): string {
  return marked.replace(/<[^<>]*>/g, "");
}

/** In brackets, unless it is one thing that needs none. */
function bracketed(marked: string): string {
  const text = plain(marked).replace(/&\w+;/g, "?");
  return /^(?:∂?\p{L}\p{M}*′*|[\d.]+)$/u.test(text) ? marked : `(${marked})`;
}

/** In brackets when a sign stands outside of its own brackets. */
function bracketedSum(marked: string): string {
  let text = plain(marked);
  for (let inner = ""; inner !== text;) [inner, text] = [text, text.replace(/\([^()]*\)|\[[^[\]]*\]/g, "")];
  return / [−+±∓] /.test(text) ? `(${marked})` : marked;
}
