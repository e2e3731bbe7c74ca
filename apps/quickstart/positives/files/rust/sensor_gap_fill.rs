//! A weather station reports one temperature per ten minutes, but readings get
//! lost and the sensor sometimes emits spikes. Spikes are removed with a median
//! test, and short gaps are then bridged by linear interpolation. Long gaps stay
//! open, because inventing half a day of data would be worse than having none.

/// Marks readings that differ from the median of their neighbourhood by more
/// than `tolerance` degrees as missing. Returns how many were removed.
fn drop_spikes(series: &mut [Option<f64>], radius: usize, tolerance: f64) -> usize {
    let original = series.to_vec();
    let mut removed = 0;
    for (i, slot) in series.iter_mut().enumerate() {
        let Some(value) = *slot else { continue };
        let from = i.saturating_sub(radius);
        let to = (i + radius + 1).min(original.len());
        let mut nearby: Vec<f64> = original[from..to].iter().flatten().copied().collect();
        if (value - median(&mut nearby)).abs() > tolerance {
            *slot = None;
            removed += 1;
        }
    }
    removed
}

/// The median of a non-empty list, which gets sorted on the way.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        (values[middle - 1] + values[middle]) / 2.0
    }
}

/// Interpolates gaps of at most `longest` missing readings between two known
/// ones. Gaps at either end are never filled.
fn fill_gaps(series: &mut [Option<f64>], longest: usize) {
    let known: Vec<(usize, f64)> =
        series.iter().enumerate().filter_map(|(i, v)| v.map(|v| (i, v))).collect();
    for pair in known.windows(2) {
        let [(i, left), (j, right)] = [pair[0], pair[1]];
        if j - i - 1 > longest {
            continue;
        }
        for k in i + 1..j {
            let t = (k - i) as f64 / (j - i) as f64;
            series[k] = Some(left + t * (right - left));
        }
    }
}

fn main() {
    let nan_coded = [
        12.1, 12.0, f64::NAN, 11.6, 55.0, 11.3, 11.2, f64::NAN, f64::NAN, f64::NAN, 10.0, 9.9,
    ];
    let mut series: Vec<Option<f64>> =
        nan_coded.iter().map(|&v| (!v.is_nan()).then_some(v)).collect();

    let removed = drop_spikes(&mut series, 2, 5.0);
    fill_gaps(&mut series, 2);

    println!("{removed} spike(s) removed");
    for (i, value) in series.iter().enumerate() {
        let minute = i * 10;
        match value {
            Some(v) => println!("{:02}:{:02}  {v:5.2}", minute / 60, minute % 60),
            None => println!("{:02}:{:02}  -", minute / 60, minute % 60),
        }
    }
}
