/** Filled in by the build: the app's version, the shell's files and their common revision. */
declare const __BUILD__: string;
declare const __PRECACHE__: readonly string[];
declare const __REVISION__: string;
