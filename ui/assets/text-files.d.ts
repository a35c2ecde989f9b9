/** The build turns style sheets and the browser's script into text. */
declare module '*.css' {
  const text: string;
  export default text;
}
declare module '*.asset.js' {
  const text: string;
  export default text;
}
