const ROUNDS = 200;

/** Push square marks apart until none covers another's `gap`; order does not matter. */
export function spread(points, gap) {
  const moved = points.map((point) => ({ x: point.x, y: point.y }));
  for (let round = 0; round < ROUNDS; round += 1) {
    let still = true;
    for (let one = 0; one < moved.length; one += 1)
      for (let other = one + 1; other < moved.length; other += 1)
        if (pushApart(moved[one], moved[other], gap)) still = false;
    if (still) break;
  }
  return moved;
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
