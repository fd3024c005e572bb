// Turns key presses of a wedge scanner into the text it sent, whatever input method is on.
const GS = "\u001d";
const SHIFTED = { 1: "!", 2: "@", 3: "#", 4: "$", 5: "%", 6: "^", 7: "&", 8: "*", 9: "(", 0: ")" };
const MARKS = {
  Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Semicolon: ";:", Quote: "'\"",
  Comma: ",<", Period: ".>", Slash: "/?", Backslash: "\\|", Backquote: "`~", Space: "  ",
  NumpadDecimal: "..", NumpadSubtract: "--", NumpadAdd: "++", NumpadMultiply: "**", NumpadDivide: "//",
};

function fromPosition(event) {
  const code = event.code;
  if (/^Key[A-Z]$/.test(code)) {
    const upper = event.shiftKey !== event.getModifierState("CapsLock");
    return upper ? code[3] : code[3].toLowerCase();
  }
  if (/^Digit\d$/.test(code)) return event.shiftKey ? SHIFTED[code[5]] : code[5];
  if (/^Numpad\d$/.test(code)) return code[6];
  return MARKS[code]?.[event.shiftKey ? 1 : 0] ?? "";
}

/** Return the character a key press stands for, "" for none; Ctrl+] is the GS1 separator. */
export function characterOf(event) {
  if (event.ctrlKey && (event.code === "BracketRight" || event.key === "]")) return GS;
  if (event.ctrlKey || event.metaKey || event.altKey) return "";
  const composed = event.key === "Process" || event.keyCode === 229 || event.isComposing;
  if (composed) return fromPosition(event);
  return event.key.length === 1 ? event.key : "";
}

/** Collect key presses on one element and hand over each whole code. */
export function collectScans(target, take) {
  let text = "";
  let last = 0;
  target.addEventListener("keydown", (event) => {
    const ends = event.key === "Enter" || event.code === "Enter" || event.code === "NumpadEnter";
    if (ends || (event.code === "Tab" && text)) {
      event.preventDefault();
      event.stopPropagation();
      const code = text;
      text = "";
      if (code) take(code);
      return;
    }
    if (event.timeStamp - last > 2000) text = "";
    last = event.timeStamp;
    const character = characterOf(event);
    if (!character) return;
    event.preventDefault();
    event.stopPropagation();
    text += character;
  });
}
