// The licences of everything that static/vendor holds, in one text beside it.
import { existsSync, readFileSync } from "node:fs";

const SHIPPED = ["htmx.org", "@alpinejs/csp", "@vue/reactivity", "@vue/shared", "@tabler/core", "@tabler/icons", "leaflet"];

// Packages that name their licence without carrying its text.
const HOLDERS = {
  "@alpinejs/csp": "2019-2026 Caleb Porzio and contributors",
  "@tabler/core": "2018-2026 The Tabler Authors",
};

const MIT = (holder) => `The MIT License (MIT)

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.
`;

function textOf(name) {
  const file = `node_modules/${name}/LICENSE`;
  if (existsSync(file)) return readFileSync(file, "utf8");
  if (!HOLDERS[name]) throw new Error(`No licence text for ${name}`);
  return MIT(HOLDERS[name]);
}

/** Return name, version and licence text of every library in the built files. */
export function licences() {
  return SHIPPED.map((name) => {
    const about = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
    return `${name} ${about.version} (${about.license})\n\n${textOf(name).trim()}\n`;
  }).join(`\n${"-".repeat(78)}\n\n`);
}
