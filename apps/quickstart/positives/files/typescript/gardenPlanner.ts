/**
 * Plan when to sow vegetables.
 *
 * Each crop is sown some weeks before or after the last frost and occupies its bed for a number of
 * weeks. Beds are limited, crops of one family must not follow each other in a bed, and earlier
 * sowings are placed first. A crop that finds no bed may be sown a few weeks late.
 */

type Family = 'brassica' | 'legume' | 'nightshade' | 'root';

interface Crop {
  readonly name: string;
  readonly family: Family;
  /** Weeks relative to the last frost; negative means before. */
  readonly sowWeek: number;
  readonly growWeeks: number;
  readonly maxDelay: number;
}

interface Planting {
  readonly crop: Crop;
  readonly bed: number;
  readonly start: number;
  readonly end: number;
}

interface Plan {
  readonly plantings: readonly Planting[];
  readonly rejected: readonly Crop[];
}

function isSuitable(bed: readonly Planting[], crop: Crop, start: number): boolean {
  const last = bed.at(-1);
  return last === undefined || (last.end <= start && last.crop.family !== crop.family);
}

/** Finds the smallest delay at which some bed can take the crop. */
function findPlace(beds: readonly Planting[][], crop: Crop): Planting | null {
  for (let delay = 0; delay <= crop.maxDelay; delay += 1) {
    const start = crop.sowWeek + delay;
    const bed = beds.findIndex((plantings) => isSuitable(plantings, crop, start));
    if (bed >= 0) return { crop, bed, start, end: start + crop.growWeeks };
  }
  return null;
}

export function planGarden(crops: readonly Crop[], bedCount: number): Plan {
  const beds: Planting[][] = Array.from({ length: bedCount }, () => []);
  const rejected: Crop[] = [];
  const bySowing = [...crops].sort(
    (a, b) => a.sowWeek - b.sowWeek || a.maxDelay - b.maxDelay || a.name.localeCompare(b.name),
  );
  for (const crop of bySowing) {
    const planting = findPlace(beds, crop);
    if (planting === null) {
      rejected.push(crop);
    } else {
      beds[planting.bed]?.push(planting);
    }
  }
  return { plantings: beds.flat(), rejected };
}

function drawBed(plantings: readonly Planting[], firstWeek: number, weeks: number): string {
  return Array.from({ length: weeks }, (_, i) => {
    const week = firstWeek + i;
    const growing = plantings.find(({ start, end }) => start <= week && week < end);
    return growing?.crop.name.charAt(0) ?? '.';
  }).join('');
}

const crops: Crop[] = [
  { name: 'Peas', family: 'legume', sowWeek: -6, growWeeks: 12, maxDelay: 2 },
  { name: 'Radish', family: 'brassica', sowWeek: -4, growWeeks: 5, maxDelay: 4 },
  { name: 'Kale', family: 'brassica', sowWeek: 1, growWeeks: 14, maxDelay: 6 },
  { name: 'Tomato', family: 'nightshade', sowWeek: 2, growWeeks: 16, maxDelay: 1 },
  { name: 'Beans', family: 'legume', sowWeek: 4, growWeeks: 10, maxDelay: 1 },
];
const { plantings, rejected } = planGarden(crops, 2);
for (const bed of [0, 1]) {
  console.log(`bed ${bed + 1}: ${drawBed(plantings.filter((p) => p.bed === bed), -6, 28)}`);
}
console.log('no room for', rejected.map(({ name }) => name).join(', ') || 'nothing');
