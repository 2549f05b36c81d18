/** The traces in three dimensions: imported with the first figure that has one. */
import plotly from "plotly.js/lib/core";
import mesh3d from "plotly.js/lib/mesh3d";
import scatter3d from "plotly.js/lib/scatter3d";
import surface from "plotly.js/lib/surface";

plotly.register([mesh3d, scatter3d, surface]);

export { plotly };
