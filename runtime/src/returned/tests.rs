//! Blocks as kernels make them, handed over.

use ndarray::{Array1, Array2, Ix0, Ix1, Ix2, array};

use super::*;

static KERNEL: Kernel = Kernel { name: "f", file: "k.py", line: 3 };

/// A block of elements in C order, with so many references.
fn block<T: Element, const N: usize>(shape: [i64; N], elements: &[T], references: u64) -> Owned<N> {
    let (size, align) = (size_of::<T>(), align_of::<T>());
    let bytes = size_of_val(elements) + block::SIZE as usize;
    // SAFETY: the memory has room for the elements and the tail.
    unsafe {
        let data = (HOST.allocate)(bytes, align, false);
        std::ptr::copy_nonoverlapping(elements.as_ptr().cast(), data, size_of_val(elements));
        let owner = data.add(size_of_val(elements)).cast::<Block>();
        owner.write_unaligned(Block { references, data, bytes, align });
        let mut strides = [0; N];
        let mut stride = size as i64;
        for axis in (0..N).rev() {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        Owned { array: Array { data, shape, strides }, owner }
    }
}

fn take<T: Element, D: Dimension, const N: usize>(owned: Owned<N>) -> ndarray::Array<T, D> {
    // SAFETY: the tests make arrays as kernels do.
    unsafe { Returned(owned).take(&KERNEL) }.unwrap()
}

#[test]
fn a_whole_block_is_adopted_with_its_memory() {
    let owned = block([2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 1);
    let data = owned.array.data;
    let mut array: Array2<f64> = take(owned);
    assert_eq!(array, array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert_eq!(array.as_ptr().cast::<u8>(), data.cast_const());
    array.push_row(array![7.0, 8.0, 9.0].view()).unwrap();
    assert_eq!(array[[2, 1]], 8.0);
    drop(array);
    let mut owned = block([2, 3], &[1i8, 2, 3, 4, 5, 6], 1);
    owned.array = Array { shape: [3, 2], strides: [1, 3], ..owned.array };
    let data = owned.array.data;
    let array: Array2<i8> = take(owned);
    assert_eq!(array, array![[1, 4], [2, 5], [3, 6]]);
    assert_eq!(array.as_ptr().cast::<u8>(), data.cast_const());
    assert_eq!(array.into_raw_vec_and_offset().0, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn every_dtype_and_empty_arrays_are_adopted() {
    let z = Complex::new(1.0f32, 2.0);
    assert_eq!(take::<Complex<f32>, Ix1, 1>(block([2], &[z, -z], 1)).to_vec(), [z, -z]);
    let z = Complex::new(1.0f64, 2.0);
    assert_eq!(take::<Complex<f64>, Ix1, 1>(block([1], &[z], 1)).to_vec(), [z]);
    assert_eq!(take::<u16, Ix1, 1>(block([3], &[1u16, 2, 3], 1)).to_vec(), [1, 2, 3]);
    assert_eq!(take::<f32, Ix0, 0>(block([], &[2.5f32], 1)).into_scalar(), 2.5);
    let empty: Array2<f64> = take(block([0, 3], &[] as &[f64], 1));
    assert_eq!(empty.shape(), [0, 3]);
    let dynamic: ArrayD<i64> = take(block([1, 1, 2, 1, 1, 1, 1], &[5i64, 6], 1));
    assert_eq!(dynamic.shape(), [1, 1, 2, 1, 1, 1, 1]);
}

#[test]
fn bools_are_made_of_any_bytes() {
    let bytes = block([4], &[0u8, 1, 7, 255], 1);
    assert_eq!(take::<bool, Ix1, 1>(bytes).to_vec(), [false, true, true, true]);
}

#[test]
fn parts_shared_blocks_and_parameters_are_copied() {
    let mut part = block([2, 3], &[1i64, 2, 3, 4, 5, 6], 1);
    // SAFETY: the address is inside of the block.
    part.array.data = unsafe { part.array.data.add(8) };
    part.array.shape = [2, 2];
    assert_eq!(take::<i64, Ix2, 2>(part), array![[2, 3], [5, 6]]);

    let shared = block([2], &[1.5, 2.5], 2);
    let copy: Array1<f64> = take(shared);
    // SAFETY: the other reference is this one.
    let references = unsafe { shared.owner.read_unaligned() }.references;
    assert_eq!(references, 1);
    let adopted: Array1<f64> = take(shared);
    assert_eq!((copy, adopted.as_ptr().cast::<u8>()), (array![1.5, 2.5], shared.array.data.cast_const()));

    let mut parameter = [1u8, 2, 3, 4, 5, 6];
    // SAFETY: the address is that of the last element.
    let data = unsafe { parameter.as_mut_ptr().add(5) };
    let array = Array { data, shape: [2, 2], strides: [-3, -1] };
    assert_eq!(take::<u8, Ix2, 2>(Owned { array, owner: std::ptr::null_mut() }), array![[6, 5], [3, 2]]);
}

#[test]
fn what_cannot_be_copied_is_an_error() {
    let mut one = 1.0f64;
    let array = Array { data: (&raw mut one).cast(), shape: [1 << 40, 1 << 40], strides: [0, 0] };
    // SAFETY: all elements are the one.
    let error = unsafe { Returned(Owned { array, owner: std::ptr::null_mut() }).take::<f64, Ix2>(&KERNEL) };
    let error = error.unwrap_err();
    assert_eq!(error.class(), "MemoryError");
    assert!(error.message().ends_with("with shape (1099511627776, 1099511627776)"), "{error}");
}

#[test]
fn what_is_not_taken_goes_back() {
    drop(Returned(block([2], &[1.0, 2.0], 1)));
    drop(Returned(Owned {
        array: Array { data: std::ptr::dangling_mut(), shape: [], strides: [] },
        owner: std::ptr::null_mut(),
    }));
}
