/** The URL of the worker as one classic script, relative to wherever the site is served. */
declare module "virtual:worker-bundle" {
  const url: string;
  export default url;
}
