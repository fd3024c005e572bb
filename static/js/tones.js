// One tone each for accepted, already done and refused, with a pulse where the phone can.
const TONES = {
  accepted: { hertz: 880, seconds: 0.09, pulse: 60 },
  kept: { hertz: 880, seconds: 0.09, pulse: 60 },
  duplicate: { hertz: 520, seconds: 0.06, pulse: [80, 60, 80] },
  rejected: { hertz: 300, seconds: 0.3, pulse: [80, 60, 80] },
};

let audio = null;

/** Unlock sound; browsers allow it only from a tap or a key. */
export function unlockSound() {
  const Context = window.AudioContext ?? window.webkitAudioContext;
  if (!Context) return;
  audio ??= new Context();
  if (audio.state === "suspended") audio.resume();
}

/** Sound one of accepted, kept, duplicate, rejected. */
export function signal(outcome) {
  const tone = TONES[outcome];
  if (!tone) return;
  navigator.vibrate?.(tone.pulse);
  if (audio?.state !== "running") return;
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.frequency.value = tone.hertz;
  volume.gain.value = 0.2;
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start();
  oscillator.stop(audio.currentTime + tone.seconds);
}
