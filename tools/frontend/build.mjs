// Builds static/vendor: own modules with their libraries, one style sheet purged to what the
// pages use, an icon sprite of the icons named in the source, the licences and the manifest.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { PurgeCSS } from "purgecss";
import { SAFELIST } from "./safelist.mjs";
import { licences } from "./licences.mjs";

const OUT = "static/vendor";
const TARGET = ["chrome90", "safari15", "firefox102"];
const MODULES = ["app", "scan", "map", "driver", "clock", "desk"];
const SAME_NAME = { bundle: true, minify: true, target: TARGET, legalComments: "none", logLevel: "warning" };

const manifest = {};

function store(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const file = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  writeFileSync(join(OUT, file), content);
  manifest[name] = file;
}

function filesBelow(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => ending.test(path))
    .map((path) => join(folder, path));
}

async function buildModules() {
  const result = await build({
    ...SAME_NAME,
    entryPoints: MODULES.map((name) => `static/js/${name}.js`),
    outdir: OUT,
    format: "esm",
    splitting: true,
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    metafile: true,
  });
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    const name = output.entryPoint ? basename(output.entryPoint) : basename(path);
    manifest[name] = basename(path);
  }
}

// The worker comes last: it keeps the other files by their hashed names.
async function buildWorker() {
  const files = Object.values(manifest).map((file) => `/static/vendor/${file}`);
  const wanted = files.filter((file) => !/\/(map|desk|layers|marker)/.test(file)).sort();
  const version = createHash("sha256").update(wanted.join()).digest("hex").slice(0, 10);
  const result = await build({
    ...SAME_NAME,
    entryPoints: ["static/js/service-worker.js"],
    format: "iife",
    write: false,
    define: { __FILES__: JSON.stringify(wanted), __VERSION__: JSON.stringify(version) },
  });
  store("service-worker.js", result.outputFiles[0].contents);
}

async function buildStyles() {
  const own = await build({ ...SAME_NAME, entryPoints: ["static/css/app.css"], write: false });
  const tabler = readFileSync("node_modules/@tabler/core/dist/css/tabler.min.css", "utf8");
  const [purged] = await new PurgeCSS().purge({
    content: ["app/templates/**/*.html", "static/js/**/*.js"],
    css: [{ raw: tabler.replace(/\/\*# sourceMappingURL.*\*\//, "") }],
    safelist: SAFELIST,
    variables: true,
    keyframes: true,
    fontFace: true,
  });
  store("app.css", purged.css + own.outputFiles[0].text);
  const map = await build({
    ...SAME_NAME,
    entryPoints: ["static/css/map.css"],
    outdir: OUT,
    write: false,
    loader: { ".png": "file" },
    assetNames: "[name]-[hash]",
  });
  for (const file of map.outputFiles) {
    if (file.path.endsWith(".css")) store("map.css", file.contents);
    else {
      writeFileSync(file.path, file.contents);
      manifest[basename(file.path)] = basename(file.path);
    }
  }
}

const ICONS = "node_modules/@tabler/icons/icons/outline";

// Names after icon or icon_name must exist; other words handed to a macro may be names.
function* iconsIn(text) {
  for (const match of text.matchAll(/icon(?:_name)?(?:\(\s*|["']?\s*[=:]\s*)["']([a-z][a-z0-9-]*)["']/g)) yield match[1];
  for (const [call] of text.matchAll(/\bui\.\w+\([^\n]*/g))
    for (const [, word] of call.matchAll(/'([a-z][a-z0-9-]*)'/g)) if (existsSync(`${ICONS}/${word}.svg`)) yield word;
}

function symbolOf(name) {
  if (!existsSync(`${ICONS}/${name}.svg`)) throw new Error(`There is no icon "${name}" in @tabler/icons/outline`);
  const svg = readFileSync(`${ICONS}/${name}.svg`, "utf8");
  const shape = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${shape.replace(/\s*\n\s*/g, "")}</symbol>`;
}

function buildIcons() {
  const sources = [...filesBelow("app", /\.(html|py)$/), ...filesBelow("static/js", /\.js$/)];
  const wanted = new Set(sources.flatMap((source) => [...iconsIn(readFileSync(source, "utf8"))]));
  const symbols = [...wanted].sort().map(symbolOf);
  store("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
}

function copyOwnFiles() {
  for (const name of readdirSync("static/img")) store(name, readFileSync(join("static/img", name)));
}

function removeLeftovers() {
  const kept = new Set([...Object.values(manifest), "manifest.json", "LICENCES.txt", ".inputs"]);
  for (const name of readdirSync(OUT)) if (!kept.has(name)) rmSync(join(OUT, name));
}

mkdirSync(OUT, { recursive: true });
await Promise.all([buildModules(), buildStyles()]);
buildIcons();
copyOwnFiles();
await buildWorker();
writeFileSync(join(OUT, "LICENCES.txt"), licences());
const sorted = Object.fromEntries(Object.entries(manifest).sort());
writeFileSync(join(OUT, "manifest.json"), JSON.stringify(sorted, null, 1) + "\n");
removeLeftovers();
