//! Dates and durations from Rust.

use pykernel::ndarray::{Array1, array, s};
use pykernel::time::unit::{Day, Hour, Minute, Month, Nanosecond, Second};
use pykernel::time::{DateTime64, TimeDelta64};

pykernel::py_kernel!(
    r#"
    import numpy as np
    from numba import njit, prange, from_dtype, types, void, float64, int64, bool_

    Date = types.NPDatetime("D")
    Hours = types.NPTimedelta("h")
    flight = from_dtype(np.dtype([("left", "M8[s]"), ("took", "m8[m]", 2), ("miles", np.float64)], align=True))

    @njit(Date(Date, int64))
    def later(date, days):
        return date + days

    @njit(types.NPTimedelta("ns")(types.NPDatetime("ns")[::1]))
    def longest_gap(times):
        return np.max(np.diff(times))

    @njit(void(Date[:], Hours), parallel=True)
    def shift(dates, by):
        for i in prange(len(dates)):
            dates[i] = dates[i] + by

    @njit(Date[:](Date, Date))
    def every_day(first, end):
        return np.arange(first, end)

    @njit(types.Tuple((types.NPDatetime("M"), float64))(Date, Date))
    def month_and_years(date, birth):
        return np.datetime64(date, "M"), (date - birth) / np.timedelta64(1, "D") / 365.2425

    @njit(types.optional(Date)(types.optional(Date), Date[:]))
    def next_after(date, dates):
        if date is None:
            return None
        for d in dates:
            if d > date:
                return d
        return None

    @njit([int64(Date, Date), int64(Hours, Hours), int64(float64, float64)])
    def difference(a, b):
        return np.int64((a - b).astype(np.int64))

    @njit(types.NPDatetime("s")(flight[:]))
    def arrival(flights):
        last = flights[-1]
        last.took[1] += np.timedelta64(1, "h")
        last["miles"] = 1.5
        return last.left + last.took[0] + last.took[1]
    "#
);

const fn day(count: i64) -> DateTime64<Day> {
    DateTime64::new(count)
}

#[test]
fn dates_and_durations_go_in_and_out_by_value() {
    assert_eq!(later(day(10957), 31).unwrap(), day(10988));
    assert!(later(DateTime64::NAT, 1).unwrap().is_nat());
    let (month, years) = month_and_years(day(11016), day(10957)).unwrap();
    assert_eq!(month, DateTime64::<Month>::new(361));
    assert!((years - 59.0 / 365.2425).abs() < 1e-15, "{years}");
}

#[test]
fn arrays_of_times_are_arrays_of_the_newtype() {
    let times = [5, 9, 30, 31].map(DateTime64::<Nanosecond>::new);
    assert_eq!(longest_gap(&times).unwrap(), TimeDelta64::new(21));
    let mut dates = array![day(0), day(1), DateTime64::NAT, day(3)];
    shift(dates.slice_mut(s![..;-1]), TimeDelta64::<Hour>::new(49)).unwrap();
    assert_eq!(dates.slice(s![..2]), array![day(2), day(3)]);
    assert!(dates[2].is_nat());
    let days: Array1<DateTime64<Day>> = every_day(day(10), day(13)).unwrap();
    assert_eq!(days, array![day(10), day(11), day(12)]);
    assert!(every_day(day(13), day(10)).unwrap().is_empty());
}

#[test]
fn dates_may_be_absent() {
    let dates = [day(3), DateTime64::NAT, day(9)];
    assert_eq!(next_after(None, &dates).unwrap(), None);
    assert_eq!(next_after(Some(day(3)), &dates).unwrap(), Some(day(9)));
    assert_eq!(next_after(Some(day(9)), &dates).unwrap(), None);
}

#[derive(Clone, Copy, pykernel::Record)]
#[repr(C)]
struct Flight {
    left: DateTime64<Second>,
    took: [TimeDelta64<Minute>; 2],
    miles: f64,
}

#[test]
fn records_have_fields_that_are_times() {
    let took = [TimeDelta64::new(10), TimeDelta64::new(20)];
    let mut flights = [Flight { left: DateTime64::new(1000), took, miles: 0.0 }];
    assert_eq!(arrival(&mut flights).unwrap(), DateTime64::new(1000 + 90 * 60));
    assert_eq!((flights[0].took[1], flights[0].miles), (TimeDelta64::new(80), 1.5));
}

#[test]
fn a_signature_is_chosen_by_the_unit() {
    assert_eq!(difference(day(5), day(2)).unwrap(), 3);
    assert_eq!(difference(TimeDelta64::<Hour>::new(5), TimeDelta64::new(9)).unwrap(), -4);
    assert_eq!(difference(5.75, 2.0).unwrap(), 3);
}
