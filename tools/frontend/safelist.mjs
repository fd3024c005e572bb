// Classes no template or script spells out in full, kept by the purge.
export const SAFELIST = {
  standard: [
    "htmx-request",
    "htmx-swapping",
    "htmx-settling",
    /^h[1-6]$/,
    /^col(-(sm|md|lg))?(-\d+|-auto)?$/,
    /^row-cols/,
    /^[mp][tbsexy]?-[0-5]$/,
    /^g[xy]?-[0-5]$/,
    /^text-(start|end|center|nowrap|secondary|danger|success|warning)$/,
    /^d-(none|flex|block|inline|grid)$/,
    /^d-(sm|md|lg)-(none|flex|block)$/,
    /^(btn|badge|alert|form|card|table|list-group|datagrid|steps|progress)(-(sm|lg))?$/,
  ],
  variables: [/^--tblr-(primary|body|border|bg|card)/],
};
