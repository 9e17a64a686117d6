// Builds static/dist/editor.js from src/. Its first line carries the hash of its sources, as scripts/build_static.py counts it, so
// that a test can tell a forgotten build without Node. Beside it: the licences of what is bundled.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../static/dist");

const sources = ["build.mjs", "package-lock.json", "package.json", ...readdirSync(join(here, "src")).sort().map((name) => `src/${name}`), "../static/js/paste-cleaner.js"];
const digest = createHash("sha256");
for (const name of sources) digest.update(basename(name)).update("\0").update(readFileSync(join(here, name))).update("\0");

const { outputFiles, metafile } = await build({
  entryPoints: [join(here, "src/live-editor.js")],
  bundle: true, minify: true, write: false, metafile: true, format: "iife", target: ["chrome111", "firefox115", "safari16.4"], legalComments: "none", absWorkingDir: here, charset: "utf8",
});
const [{ text }] = outputFiles;
writeFileSync(join(out, "editor.js"), `// sources ${digest.digest("hex").slice(0, 16)} · licences of what is bundled: editor.licences.txt\n${text}`);

const packages = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const found = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (found) packages.add(found[1]);
}
const notices = [...packages].sort().map((name) => {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const words = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8").trim() : license;
  return `${name} ${version} (${license})\n\n${words}\n`;
});
writeFileSync(join(out, "editor.licences.txt"), `${notices.join(`\n${"-".repeat(72)}\n\n`)}`);
console.log(`editor.js: ${text.length} bytes, ${gzipSync(text, { level: 9 }).length} gzip, ${packages.size} packages`);
