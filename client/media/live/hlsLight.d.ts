/** The build without subtitles, DRM and advertisements has no types of its own; what it has is typed the same. */
declare module 'hls.js/light' {
  export * from 'hls.js';
  export { default } from 'hls.js';
}
