/** Plotly with the traces of the plane. Imported when the first plot is drawn, never before. */
import plotly from "plotly.js/lib/core";
import bar from "plotly.js/lib/bar";
import box from "plotly.js/lib/box";
import contour from "plotly.js/lib/contour";
import heatmap from "plotly.js/lib/heatmap";
import histogram from "plotly.js/lib/histogram";

plotly.register([bar, box, contour, heatmap, histogram]);

export { plotly };
