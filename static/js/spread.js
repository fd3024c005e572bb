const ROUNDS = 200;
const TURN = 2.39996; // the golden angle: a heap opens in all directions, not into a line

/** Push square marks apart until none covers another's `gap`; order does not matter. */
export function spread(points, gap) {
  const moved = points.map((point, index) => ({
    x: point.x + nudge(points, point, gap) * Math.cos(index * TURN),
    y: point.y + nudge(points, point, gap) * Math.sin(index * TURN),
  }));
  for (let round = 0; round < ROUNDS; round += 1) {
    let still = true;
    for (let one = 0; one < moved.length; one += 1)
      for (let other = one + 1; other < moved.length; other += 1)
        if (pushApart(moved[one], moved[other], gap)) still = false;
    if (still) break;
  }
  return moved;
}

function nudge(points, point, gap) {
  const near = points.filter((other) => Math.hypot(other.x - point.x, other.y - point.y) < gap / 2);
  return near.length > 2 ? (gap / 3) * Math.sqrt(near.length) : 0;
}

// Along the axis where least is missing; marks on one spot part sideways.
function pushApart(one, other, gap) {
  const dx = other.x - one.x;
  const dy = other.y - one.y;
  if (Math.max(Math.abs(dx), Math.abs(dy)) >= gap) return false;
  const axis = Math.abs(dx) >= Math.abs(dy) ? "x" : "y";
  const distance = other[axis] - one[axis];
  const shift = ((gap - Math.abs(distance) + 0.5) / 2) * (distance < 0 ? -1 : 1);
  one[axis] -= shift;
  other[axis] += shift;
  return true;
}
