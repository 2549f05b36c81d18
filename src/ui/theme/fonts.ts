// The faces named in tokens.css, bundled: nothing is fetched from elsewhere.
import "@fontsource-variable/source-serif-4/index.css";
import "@fontsource-variable/source-serif-4/wght-italic.css";
import "@fontsource-variable/inter/index.css";
import "@fontsource/jetbrains-mono/latin-400.css";
import "@fontsource/jetbrains-mono/greek-400.css";
import "katex/dist/katex.min.css";
