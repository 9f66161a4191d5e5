//! Records from Rust: structs that derive `Record` go into kernels and come out of them.

use pykernel::Record;
use pykernel::ndarray::{Array1, Array2, array, s};
use pykernel::num_complex::Complex;

pykernel::py_kernel!(
    r#"
    import numpy as np
    from numba import njit, prange, from_dtype, types, void, float64, int64

    point = np.dtype([("x", np.float64), ("y", np.float64), ("n", np.int32)], align=True)
    Point = from_dtype(point)
    Body = from_dtype(np.dtype([("mass", "f4"), ("at", point, 2), ("spin", "c8", (2, 3)), ("type", "?")], align=True))
    Packed = from_dtype(np.dtype([("tag", np.uint8), ("x", np.float64)]))

    @njit(float64(Point[:]))
    def norm2(ps):
        total = 0.0
        for p in ps:
            total += p.x * p.x + p.y * p.y
        return total

    @njit(void(Point[::1], float64))
    def set_x_aos(v, x):
        for i in range(v.shape[0]):
            v[i].x = x

    @njit(float64(Point[:, ::1], Point[::1, :]))
    def corners(c, f):
        return c[0, -1].x + f[-1, 0].y + c.T[1, 0].y

    @njit(void(Point[:], float64), parallel=True)
    def advance(ps, dt):
        for i in prange(len(ps)):
            ps[i].x += dt * ps[i].y
            ps[i].n += 1

    @njit(Point[:](Point[:], int64))
    def tail(ps, first):
        return ps[first:]

    @njit(Point[:](int64))
    def line(n):
        ps = np.zeros(n, dtype=point)
        ps["x"] = np.arange(n)
        ps["n"] = -1
        return ps

    @njit(Point(Point[:]))
    def last(ps):
        return ps[-1]

    @njit(void(Body, float64))
    def push(b, dx):
        b.at[1]["x"] += dx * b.mass
        b["spin"][1, 2] = complex(dx, 1)
        b["type"] = dx > 0

    @njit(float64(Body))
    def mass(b):
        return b.mass + b.at[0]["y"]

    @njit(types.Tuple((float64, int64))(Packed[:, :], types.Tuple((int64, Point))))
    def packed(ps, t):
        return ps["x"][0].sum() + t[1].x, ps["tag"].sum() + t[0]

    @njit(Packed[:](int64))
    def tags(n):
        ps = np.zeros(n, dtype=Packed)
        for i in range(n):
            ps[i] = (i % 256, i / 2)
        return ps
    "#
);

#[derive(Clone, Copy, Debug, PartialEq, Record)]
#[repr(C)]
struct Point {
    x: f64,
    y: f64,
    n: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Record)]
#[repr(C)]
struct Body {
    mass: f32,
    at: [Point; 2],
    spin: [[Complex<f32>; 3]; 2],
    r#type: bool,
}

#[derive(Clone, Copy, Record)]
#[repr(C, packed)]
struct Packed {
    tag: u8,
    x: f64,
}

const fn point(x: f64, y: f64, n: i32) -> Point {
    Point { x, y, n }
}

#[test]
fn arrays_of_structs_are_read_and_written_in_place() {
    let mut points = vec![point(3.0, 4.0, 0), point(1.0, -2.0, 5), point(0.0, 1.0, 7)];
    assert_eq!(norm2(&points), Ok(31.0));
    advance(&mut points, 0.5).unwrap();
    assert_eq!(points, [point(5.0, 4.0, 1), point(0.0, -2.0, 6), point(0.5, 1.0, 8)]);
    let array = Array1::from(points);
    assert_eq!(norm2(array.slice(s![..;-2])), Ok(25.0 + 16.0 + 0.25 + 1.0));
    assert_eq!(norm2(&Vec::<Point>::new()), Ok(0.0));
}

#[test]
fn layouts_are_those_of_other_arrays() {
    let mut points = vec![point(1.0, 2.0, 3); 5];
    set_x_aos(&mut points, 7.0).unwrap();
    assert_eq!(points, [point(7.0, 2.0, 3); 5]);
    let mut every_other = Array1::from(points);
    let error = set_x_aos(every_other.slice_mut(s![..;2]), 0.0).unwrap_err();
    assert!(error.message().contains("argument 'v' must be Record("), "{error}");
    let table = Array2::from_shape_fn((2, 3), |(i, j)| point(i as f64, j as f64, 0));
    assert_eq!(corners(&table, table.t()), Ok(0.0 + 2.0 + 1.0));
}

#[test]
fn structs_are_returned_alone_and_in_arrays() {
    let points = array![point(1.0, 2.0, 3), point(4.0, 5.0, 6)];
    assert_eq!(tail(&points, 1).unwrap(), array![point(4.0, 5.0, 6)]);
    assert_eq!(tail(&points, 5).unwrap().len(), 0);
    assert_eq!(last(&points), Ok(point(4.0, 5.0, 6)));
    let error = last(&Vec::<Point>::new()).unwrap_err();
    assert_eq!(
        (error.class(), error.message()),
        ("IndexError", "index -1 is out of bounds for axis 0 with size 0")
    );
    let made: Array1<Point> = line(3).unwrap();
    assert_eq!(made, array![point(0.0, 0.0, -1), point(1.0, 0.0, -1), point(2.0, 0.0, -1)]);
    assert_eq!(line::<Point>(-1).unwrap_err().class(), "ValueError");
}

#[test]
fn one_struct_is_passed_by_reference() {
    let at = [point(0.0, 0.25, 0), point(1.0, 0.0, 0)];
    let mut body = Body { mass: 2.0, at, spin: [[Complex::new(0.0, 0.0); 3]; 2], r#type: false };
    push(&mut body, 1.5).unwrap();
    assert_eq!((body.at[1].x, body.spin[1][2], body.r#type), (4.0, Complex::new(1.5, 1.0), true));
    assert_eq!(mass(&body), Ok(2.25));
}

#[test]
fn packed_structs_and_tuples_with_structs() {
    let of = |i: usize| Packed { tag: i as u8, x: i as f64 };
    let table = Array2::from_shape_fn((2, 3), |(i, j)| of(3 * i + j));
    let origin = point(0.5, 0.0, 0);
    assert_eq!(packed(&table, (10, &origin)), Ok((3.5, 25)));
    assert_eq!(packed(table.t(), (0, &origin)).unwrap().0, 3.5);
    let tags: Array1<Packed> = tags(1000).unwrap();
    assert!(tags.iter().enumerate().all(|(i, packed)| {
        let Packed { tag, x } = *packed;
        tag == i as u8 && x == i as f64 / 2.0
    }));
}
