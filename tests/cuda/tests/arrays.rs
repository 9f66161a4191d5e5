//! Arrays there and here: shapes, strides, slices and copies.

use cuda_tests::{live_bytes, on_driver, stream};
use pykernel::Element;
use pykernel::cuda::{Error, device};
use pykernel::ndarray::{Array, Array1, Array2, Array3, ArrayD, IxDyn, ShapeBuilder, SliceInfoElem, s};
use pykernel::num_complex::Complex;

fn numbers(shape: (usize, usize, usize)) -> Array3<f64> {
    let (_, m, n) = shape;
    Array::from_shape_fn(shape, |(i, j, k)| ((i * m + j) * n + k) as f64)
}

on_driver! {
    fn arrays_come_back() {
        let (_, stream) = stream();
        let host = numbers((3, 4, 5));
        assert_eq!(stream.upload(&host).unwrap().to_array().unwrap(), host);
        let view = host.slice(s![..;-1, 1..3, ..;2]);
        let there = stream.upload(view).unwrap();
        assert_eq!((there.shape(), there.strides()), ([3, 2, 3].as_slice(), [6, 3, 1].as_slice()));
        assert_eq!(there.to_array().unwrap(), view);
        assert_eq!(stream.upload(host.t()).unwrap().to_array().unwrap(), host.t());
        assert_eq!(stream.upload(&[1i64, 2, 3]).unwrap().to_vec().unwrap(), [1, 2, 3]);
        assert_eq!(stream.upload(&vec![true, false]).unwrap().to_vec().unwrap(), [true, false]);
        let any = ArrayD::from_shape_vec(IxDyn(&[2, 2]), vec![1u8, 2, 3, 4]).unwrap();
        assert_eq!(stream.upload(&any).unwrap().to_array().unwrap(), any);
        let column_major = Array2::from_shape_fn((3, 2).f(), |(i, j)| (i * 10 + j) as f32);
        assert_eq!(stream.upload(&column_major).unwrap().to_array().unwrap(), column_major);
    }
}

on_driver! {
    fn empty_arrays_are_arrays() {
        let (_, stream) = stream();
        let empty = stream.upload(&Array2::<f64>::zeros((0, 3))).unwrap();
        assert_eq!((empty.shape(), empty.is_empty()), ([0, 3].as_slice(), true));
        assert_eq!(empty.to_array().unwrap().shape(), [0, 3]);
        let copy = empty.t().copied(&stream).unwrap();
        assert_eq!((copy.shape(), copy.to_vec().unwrap().len()), ([3, 0].as_slice(), 0));
        assert_eq!(stream.full((), 7i32).unwrap().to_vec().unwrap(), [7]);
    }
}

on_driver! {
    fn views_are_ndarrays() {
        let (_, stream) = stream();
        let host = numbers((4, 5, 6));
        let there = stream.upload(&host).unwrap();
        macro_rules! same {
            ($($slice:expr),* $(,)?) => {
                $(assert_eq!(there.slice($slice).unwrap().to_array().unwrap(), host.slice($slice));)*
            };
        }
        same![
            s![1, .., ..],
            s![.., 2, ..],
            s![.., .., 3],
            s![1..3, ..;2, 2..5],
            s![..;-1, ..;-2, ..;-3],
            s![-1, -2, -3],
            s![2..2, .., ..],
            s![.., .., ..;7],
        ];
        assert_eq!(there.t().to_array().unwrap(), host.t());
        let turned = there.view().permuted_axes((2, 0, 1)).unwrap();
        assert_eq!(turned.to_array().unwrap(), host.view().permuted_axes((2, 0, 1)));
        let row = there.slice(s![0, 1..2, ..]).unwrap();
        let wide = row.broadcast((3, 4, 6)).unwrap();
        assert_eq!(wide.to_array().unwrap(), host.slice(s![0, 1..2, ..]).broadcast((3, 4, 6)).unwrap());
        let flat = there.into_shape((20, 6)).unwrap();
        assert_eq!(flat.to_vec().unwrap(), host.iter().copied().collect::<Vec<_>>());
        let error = flat.t().into_shape(120).expect_err("it is not contiguous");
        assert!(error.to_string().contains("without a copy"), "{error}");
    }
}

fn filled<T: Element>(value: T) -> Result<(), Error> {
    let (_, stream) = stream();
    assert_eq!(stream.full(7, value)?.to_vec()?, [value; 7]);
    let mut array = stream.zeros::<T, _>((3, 4))?;
    array.slice_mut(s![1.., ..;2])?.fill(value)?;
    let mut expected = Array2::from_elem((3, 4), T::default());
    expected.slice_mut(s![1.., ..;2]).fill(value);
    assert_eq!(array.to_array()?, expected);
    Ok(())
}

on_driver! {
    fn every_type_is_filled() {
        filled(true).unwrap();
        filled(-3i8).unwrap();
        filled(40_000u16).unwrap();
        filled(1.5f32).unwrap();
        filled(-1i64).unwrap();
        filled(1.1f64).unwrap();
        filled(Complex::new(1.5f32, -2.5)).unwrap();
        filled(Complex::new(1.1f64, 2.2)).unwrap();
    }
}

on_driver! {
    fn parts_are_written() {
        let (_, stream) = stream();
        let mut host = numbers((4, 5, 6));
        let mut there = stream.upload(&host).unwrap();
        let part = numbers((2, 5, 3)) + 1000.0;
        there.slice_mut(s![..;2, .., ..;-2]).unwrap().copy_from_host(&part).unwrap();
        host.slice_mut(s![..;2, .., ..;-2]).assign(&part);
        assert_eq!(there.to_array().unwrap(), host);
        let other = stream.upload(&part).unwrap();
        there.slice_mut(s![2.., .., 1..4]).unwrap().copy_from(&other.view()).unwrap();
        host.slice_mut(s![2.., .., 1..4]).assign(&part);
        assert_eq!(there.to_array().unwrap(), host);
        let error = there.copy_from(&other.view()).expect_err("the shapes differ");
        assert_eq!(error.to_string(), "a copy: shape (2, 5, 3) is not (4, 5, 6)");
    }
}

on_driver! {
    fn arrays_in_many_pieces_go_by_way_of_the_host() {
        let (_, stream) = stream();
        let mut host = Array3::from_shape_fn((40, 40, 3), |(i, j, k)| (i * 1000 + j * 10 + k) as i32);
        let mut there = stream.upload(&host).unwrap();
        let part = there.slice(s![.., ..;-2, ..;-1]).unwrap();
        assert_eq!(part.to_array().unwrap(), host.slice(s![.., ..;-2, ..;-1]));
        let copy = there.view().permuted_axes((2, 1, 0)).unwrap().copied(&stream).unwrap();
        assert_eq!(copy.to_array().unwrap(), host.view().permuted_axes((2, 1, 0)));
        let values = Array3::from_shape_fn((20, 40, 2), |(i, j, k)| (i + j + k) as i32);
        there.slice_mut(s![..;2, ..;-1, ..;2]).unwrap().copy_from_host(&values).unwrap();
        host.slice_mut(s![..;2, ..;-1, ..;2]).assign(&values);
        assert_eq!(there.to_array().unwrap(), host);
    }
}

/// Numbers without a pattern, the same in every run: SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % end as u64) as usize
    }

    /// A slice of an axis that leaves `left` elements of at most `3 * left + 5`, and the extent for it.
    fn axis(&mut self, left: usize) -> (usize, SliceInfoElem) {
        let step = self.below(3) + 1;
        let start = self.below(3);
        let covered = if left == 0 { 0 } else { (left - 1) * step + 1 + self.below(step) };
        let extent = start + covered + self.below(3);
        let step = if self.below(3) == 0 { -(step as isize) } else { step as isize };
        let (start, end) = (start as isize, Some((start + covered) as isize));
        (extent, SliceInfoElem::Slice { start, end, step })
    }

    /// An array, and slices that leave a part of this shape.
    fn array(&mut self, shape: &[usize]) -> (ArrayD<i16>, Vec<SliceInfoElem>) {
        let (extents, slices): (Vec<_>, Vec<_>) = shape.iter().map(|extent| self.axis(*extent)).unzip();
        let len = extents.iter().product();
        let values = (0..len).map(|_| self.below(1 << 16) as i16).collect();
        (ArrayD::from_shape_vec(extents, values).expect("as many values"), slices)
    }
}

on_driver! {
    fn random_copies_are_ndarrays() {
        let (gpu, one) = stream();
        let two = gpu.stream().unwrap();
        let mut random = Random(1);
        for _ in 0..300 {
            let shape: Vec<usize> = (0..random.below(5)).map(|_| random.below(6)).collect();
            let (mut to, to_slice) = random.array(&shape);
            let (from, from_slice) = random.array(&shape);
            let mut axes: Vec<usize> = (0..shape.len()).collect();
            if shape.iter().all(|extent| *extent == shape[0]) {
                axes.sort_by_key(|_| random.below(100));
            }
            let streams = [&one, &two];
            let mut to_there = streams[random.below(2)].upload(&to).unwrap();
            let from_there = streams[random.below(2)].upload(&from).unwrap();
            let part = from_there.slice(from_slice.as_slice()).unwrap().permuted_axes(axes.as_slice()).unwrap();
            to_there.slice_mut(to_slice.as_slice()).unwrap().copy_from(&part).unwrap();
            let host_part = from.slice(from_slice.as_slice()).permuted_axes(axes.as_slice());
            to.slice_mut(to_slice.as_slice()).assign(&host_part);
            assert_eq!(part.to_array().unwrap(), host_part);
            assert_eq!(to_there.to_array().unwrap(), to, "{to_slice:?} {from_slice:?} {axes:?}");
        }
    }
}

on_driver! {
    fn memory_is_freed_in_order() {
        let (_, stream) = stream();
        let before = live_bytes();
        let x = stream.upload(&Array1::from_elem(1000, 2.5)).unwrap();
        let y = x.copied(&stream).unwrap();
        drop(x);
        assert_eq!(y.to_vec().unwrap(), [2.5; 1000]);
        drop(y);
        stream.synchronize().unwrap();
        assert_eq!(live_bytes(), before);
    }
}

on_driver! {
    fn arrays_move_between_devices(DEVICES = "2") {
        let (one, two) = (device(0).unwrap().stream().unwrap(), device(1).unwrap().stream().unwrap());
        let host = numbers((3, 4, 5));
        let here = one.upload(&host).unwrap();
        let there = here.copied(&two).unwrap();
        drop(here);
        assert_eq!(there.stream().device(), two.device());
        assert_eq!(there.to_array().unwrap(), host);
        let part = there.slice(s![1.., ..;-1, 2]).unwrap().copied(&one).unwrap();
        assert_eq!(part.to_array().unwrap(), host.slice(s![1.., ..;-1, 2]));
        let mut target = two.zeros::<f64, _>((2, 8)).unwrap();
        target.slice_mut(s![.., ..;2]).unwrap().copy_from(&part.view()).unwrap();
        assert_eq!(target.slice(s![.., ..;2]).unwrap().to_array().unwrap(), part.to_array().unwrap());
        let error = there.on(&one).expect_err("it is on the other device");
        assert!(matches!(error, Error::Refused { .. }), "{error}");
    }
}
