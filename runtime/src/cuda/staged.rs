//! Calls over arrays of the host: parts go to the device, through the kernel and back at the same time, each in a stream
//! of its own and by way of memory that the device copies from and to directly.

use std::ops::Range;

use ndarray::ArrayView1;
use smallvec::SmallVec;

use super::call::{Invocation, refused, what};
use super::{DeviceArray, Error, InFlight, OnDevice, Pinned, Stream};
use crate::allocate::zeros;
use crate::any::{Extents, RawView, Strides};
use crate::call::Layout;
use crate::dtype::DType;
use crate::gufunc::copy::copy;
use crate::gufunc::operand::fits;
use crate::ufunc::Input;
use crate::ufunc::elementwise::Made;
use crate::ufunc::typed::{Declared, Elements, Gives, Loops, Operands, Signature};

/// How many bytes a part has, unless the call says.
pub(super) const PART: usize = 8 << 20;

/// How many parts are under way: one goes there, one is computed, one comes back.
const STAGES: usize = 3;

/// Where the elements of an operand begin in a buffer: at a multiple of this.
const ALIGNMENT: usize = 256;

impl<L: Signature, K> OnDevice<'_, '_, L, K> {
    /// Calls it on arrays of the host, as [`Ufunc::call`](crate::ufunc::Ufunc::call) does, and gives arrays of the host. Waits.
    ///
    /// Where there is much, it goes part by part along the first axis of the loop, and copies go on while the kernel runs. What has not that axis
    /// is copied once. Most of the time goes into copies: arrays that are used more than once are better
    /// [uploaded](Stream::upload) once.
    ///
    /// # Errors
    /// [`Error::Raised`] with what the kernel raises; as of [`OnDevice::call`]; [`Error::Refused`] if the ufunc writes an input or has
    /// a mask, and inside of `capture`.
    pub fn call_host<E, I>(&self, mut inputs: I) -> Result<L::Results, Error>
    where
        I: Operands<E, L::Access>,
        L: Gives<Declared, K, E, I::Dims> + Loops<E>,
        <L as Loops<E>>::Outputs: Elements,
        E: Elements,
    {
        let types = E::DTYPES.iter().chain(<L as Loops<E>>::Outputs::DTYPES).copied();
        let invocation = self.invocation(types)?;
        if self.is_masked() {
            let cause = "arrays of the host have no mask here: upload them, and use `call`";
            return Err(Error::refused(what(&self.call), cause));
        }
        let mut given: SmallVec<[Input<'_>; 4]> = SmallVec::new();
        inputs.inputs(&mut given);
        let mut views: SmallVec<[&RawView; 4]> = SmallVec::new();
        for input in &given {
            let Input::Array(view) = input else {
                let cause = "it writes an input: upload the arrays, and use `call`";
                return Err(Error::refused(what(&self.call), cause));
            };
            views.push(view.raw());
        }
        self.stream.refuse_in_capture("values from the host")?;
        let made = L::made(staged(&invocation, &views, self.part)?);
        made.map_err(|error| refused(&self.call)(error.refuse(&self.call.table.kernel)))
    }
}

/// An operand on its way: a view of it on the host, and the axis along which it is in parts.
struct Travelling {
    view: RawView,
    axis: Option<usize>,
    /// Where a part of it begins in the buffer of its stage.
    offset: usize,
}

impl Travelling {
    /// What a range of the loop shows of it, on the host.
    fn part(&self, range: &Range<usize>) -> RawView {
        let mut view = self.view.clone();
        if let Some(axis) = self.axis {
            view.shape[axis] = range.len();
            view.data = view.data.wrapping_offset(view.strides[axis].wrapping_mul(range.start as isize));
        }
        view
    }
}

/// One of those that are under way at the same time.
struct Stage {
    stream: Stream,
    /// The last copy there, with its buffer.
    sent: Option<InFlight<u8>>,
    /// The last copy back, and what it is of.
    received: Option<(InFlight<u8>, Range<usize>)>,
    /// The buffers, when no copy has them.
    buffers: [Option<Pinned<u8>>; 2],
}

/// What all stages need to know.
struct Journey<'s, 'c, 'a> {
    invocation: &'s Invocation<'c, 'a>,
    inputs: Vec<Travelling>,
    outputs: Vec<Travelling>,
    /// The inputs that are there as a whole.
    whole: Vec<Option<DeviceArray<u8, ndarray::Ix1>>>,
    /// The bytes of a stage's buffers: there, and back.
    rooms: [usize; 2],
}

/// Calls a loop over arrays of the host; gives the outputs.
fn staged(invocation: &Invocation<'_, '_>, views: &[&RawView], part: usize) -> Result<Made, Error> {
    let (call, table) = (invocation.call, invocation.call.table);
    let mut given: SmallVec<[Option<&RawView>; 4]> = views.iter().copied().map(Some).collect();
    given.resize(invocation.inner.types.len(), None);
    let dimensions = invocation.dimensions(&given, None)?;
    let mut made = Made::new();
    for (shape, dtype) in dimensions.outputs(table).iter().zip(&invocation.inner.types[views.len()..]) {
        made.push(zeros(*dtype, shape, &table.kernel).map_err(refused(call))?);
    }
    if dimensions.shape().contains(&0) {
        return Ok(made);
    }
    let axis = dimensions.first_axis().filter(|_| call.placing.is_natural());
    let along = |operand: usize, view: &RawView| {
        let own = dimensions.axis_of(operand, view.shape.len(), axis?)?;
        (view.shape[own] != 1).then_some(own)
    };
    let travelling =
        |(operand, view): (usize, RawView)| Travelling { axis: along(operand, &view), view, offset: 0 };
    let mut inputs: Vec<Travelling> =
        views.iter().map(|view| (*view).clone()).enumerate().map(travelling).collect();
    let results = made.iter_mut().map(|array| array.view_mut().raw().clone());
    let mut outputs: Vec<Travelling> = (views.len()..).zip(results).map(travelling).collect();
    let rows = axis.map_or(1, |axis| dimensions.shape()[axis]);
    let moving = inputs.iter().filter(|input| input.axis.is_some()).chain(&outputs);
    let all: usize = moving.map(|operand| bytes(&operand.view)).sum();
    let together = (part / (all / rows).max(1)).clamp(1, rows);
    let rooms = [place(&mut inputs, rows, together), place(&mut outputs, rows, together)];
    let whole = inputs.iter().map(|input| match input.axis {
        Some(_) => Ok(None),
        None => invocation.stream.upload(ArrayView1::from(&packed(&input.view)[..])).map(Some),
    });
    let whole = whole.collect::<Result<_, _>>()?;
    let journey = Journey { invocation, inputs, outputs, whole, rooms };
    journey.run(rows, together)?;
    Ok(made)
}

/// Gives each operand a place in the buffer of a stage, which holds so many of its rows; gives the size of the buffer.
fn place(operands: &mut [Travelling], rows: usize, together: usize) -> usize {
    let mut room = 0;
    for operand in operands {
        operand.offset = room;
        let part = match operand.axis {
            Some(_) => bytes(&operand.view) / rows * together,
            None => bytes(&operand.view),
        };
        room += part.next_multiple_of(ALIGNMENT);
    }
    room
}

impl Journey<'_, '_, '_> {
    fn run(&self, rows: usize, together: usize) -> Result<(), Error> {
        let (own, parts) = (self.invocation.stream, rows.div_ceil(together));
        let mut stages = Vec::new();
        for number in 0..parts.min(STAGES) {
            let stream = if number == 0 { own.clone() } else { own.device().spare_stream()? };
            let [there, back] = self.rooms;
            let buffers = [Some(own.device().pinned(there)?), Some(own.device().pinned(back)?)];
            stages.push(Stage { stream, sent: None, received: None, buffers });
        }
        for (number, start) in (0..rows).step_by(together).enumerate() {
            let stage = &mut stages[number % STAGES];
            self.finish(stage)?;
            self.start(stage, start..rows.min(start + together))?;
        }
        // What a part raises is told before what comes of it.
        for stage in &stages {
            stage.stream.synchronize()?;
        }
        stages.iter_mut().try_for_each(|stage| self.finish(stage))?;
        // Nothing is left to do in them, or to tell.
        own.device().spare(stages.into_iter().skip(1).map(|stage| stage.stream));
        Ok(())
    }

    /// Asks a stage for a part: copies there, the launch, a copy back.
    fn start(&self, stage: &mut Stage, range: Range<usize>) -> Result<(), Error> {
        let (stream, [there, back]) = (&stage.stream, &mut stage.buffers);
        let (Some(mut there), Some(back)) = (there.take(), back.take()) else {
            unreachable!("bug in pykernel: a stage starts while it is under way")
        };
        for input in self.inputs.iter().filter(|input| input.axis.is_some()) {
            let part = input.part(&range);
            let room = &mut there[input.offset..input.offset + bytes(&part)];
            // SAFETY: the view is of elements that the caller has borrowed.
            unsafe { pack(&part, room) };
        }
        let room = there.len();
        let (inputs, sent) = stream.upload_pinned(there, room)?;
        stage.sent = Some(sent);
        // Gufuncs may leave elements as they are.
        let mut results = stream.zeros::<u8, _>(back.len())?;
        let mut views: SmallVec<[RawView; 4]> = SmallVec::new();
        let mut lent = Vec::new();
        for (input, whole) in self.inputs.iter().zip(&self.whole) {
            let address = match whole {
                Some(whole) => {
                    let view = whole.on(stream)?;
                    view.raw.ready(false)?;
                    let address = view.address();
                    lent.push(view);
                    address
                }
                None => inputs.view().address() + input.offset as u64,
            };
            views.push(on_device(&input.part(&range), address));
        }
        let written = results.view_mut();
        written.raw.ready(true)?;
        for output in &self.outputs {
            views.push(on_device(&output.part(&range), written.address() + output.offset as u64));
        }
        let all: SmallVec<[&RawView; 4]> = views.iter().collect();
        let given: SmallVec<[Option<&RawView>; 4]> = all.iter().copied().map(Some).collect();
        let invocation = self.invocation.on(stream);
        let dimensions = invocation.dimensions(&given, None)?;
        // SAFETY: the elements were copied there, of the loop's types; the outputs are new. All is freed in the order of the stream.
        unsafe { invocation.run(&all, None, &dimensions)? };
        stage.received = Some((results.view().download(back)?, range));
        Ok(())
    }

    /// Waits for a stage, and takes what it brings.
    fn finish(&self, stage: &mut Stage) -> Result<(), Error> {
        let (Some(sent), Some((received, range))) = (stage.sent.take(), stage.received.take()) else {
            return Ok(());
        };
        let (there, back) = (sent.wait()?, received.wait()?);
        for output in &self.outputs {
            let part = output.part(&range);
            let elements = &back[output.offset..output.offset + bytes(&part)];
            // SAFETY: the part is contiguous in an array of this call, since it is of the first axis that has an extent; each byte of a `bool` is
            // made one.
            unsafe {
                part.data.copy_from_nonoverlapping(elements.as_ptr(), elements.len());
                if part.dtype == DType::Bool {
                    let truths = std::slice::from_raw_parts_mut(part.data, elements.len());
                    truths.iter_mut().for_each(|truth| *truth = u8::from(*truth != 0));
                }
            }
        }
        stage.buffers = [Some(there), Some(back)];
        Ok(())
    }
}

/// The size of the elements, in bytes.
fn bytes(view: &RawView) -> usize {
    view.shape.iter().product::<usize>() * view.dtype.size()
}

/// An array of a shape, contiguous in the order C.
fn contiguous(data: *mut u8, dtype: DType, shape: &Extents) -> RawView {
    let mut strides = Strides::from_elem(0, shape.len());
    let mut stride = dtype.size();
    for (own, extent) in strides.iter_mut().zip(shape).rev() {
        *own = stride as isize;
        stride *= (*extent).max(1);
    }
    RawView { data, dtype, shape: shape.clone(), strides }
}

/// A part as it is on the device, at an address.
fn on_device(part: &RawView, address: u64) -> RawView {
    contiguous(std::ptr::without_provenance_mut(address as usize), part.dtype, &part.shape)
}

/// The elements of an array, contiguous in the order C.
fn packed(view: &RawView) -> Vec<u8> {
    let mut room = vec![0; bytes(view)];
    // SAFETY: the caller of the call has borrowed the elements.
    unsafe { pack(view, &mut room) };
    room
}

/// Copies the elements of an array, contiguous in the order C.
///
/// # Safety
/// They are there, and nobody writes them meanwhile.
unsafe fn pack(view: &RawView, room: &mut [u8]) {
    assert_eq!(room.len(), bytes(view), "bug in pykernel: a room of another size");
    let dimensions = view.shape.iter().copied().zip(view.strides.iter().copied());
    if fits(Layout::C, view.dtype, dimensions) {
        // SAFETY: the caller's; elements without gaps have so many bytes.
        return unsafe { room.as_mut_ptr().copy_from_nonoverlapping(view.data, room.len()) };
    }
    let to = contiguous(room.as_mut_ptr(), view.dtype, &view.shape);
    // SAFETY: the caller's; the room is of the same shape.
    unsafe { copy((view.dtype, view.data), (to.dtype, to.data), view.beside(&to)) }
}
