//! The machine's IR: instructions of x86-64 on virtual registers, in blocks, each register set once.
//!
//! A [`Program`] is a function. Its blocks end with a branch or a return; values go from block to block as
//! parameters; a block with several successors is the only predecessor of each, so that the moves for
//! parameters have a place. An instruction is a code of `iced-x86` with its arguments in the order of the
//! manual; what registers it reads and sets, and what binds them, are `regalloc2`'s operands, which arguments name
//! by their places. Constants stand in a pool behind the code.

use cranelift_codegen::ir::SourceLoc;
use iced_x86::Code;
use regalloc2::{Block, InstRange, Operand, PReg, RegClass, VReg};

use super::registers::{LANES, MASK, NUMBER};

/// What an argument is as wide as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Size {
    Byte,
    /// 16 bits.
    Word,
    /// 32 bits.
    Half,
    /// 64 bits.
    Long,
    /// 128 bits.
    X,
    /// 256 bits.
    Y,
    /// 512 bits.
    Z,
    /// A register of masks.
    Mask,
}

impl Size {
    /// A register of lanes of so many bits, at least 128.
    pub(super) const fn of_bits(bits: u32) -> Size {
        match bits {
            ..=128 => Size::X,
            129..=256 => Size::Y,
            _ => Size::Z,
        }
    }
}

/// A place in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Constant {
    pub(super) offset: u32,
    /// Whether one number stands for all lanes.
    pub(super) broadcast: bool,
}

/// Where memory begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base<R> {
    Register(R),
    /// So many bytes into what the frame keeps for the function's own arrays.
    Frame(u32),
    /// So many bytes above the first argument that is passed on the stack.
    Incoming(u32),
}

/// An address: base, index times scale, offset. `R` is a virtual register, or an operand's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address<R> {
    pub(super) base: Base<R>,
    /// A number, as wide as the size says.
    pub(super) index: Option<(R, Size)>,
    pub(super) scale: u32,
    pub(super) offset: i32,
}

impl<R> Address<R> {
    pub(super) const fn at(base: Base<R>, offset: i32) -> Address<R> {
        Address { base, index: None, scale: 1, offset }
    }
}

/// An argument of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arg {
    Register(u8, Size),
    Memory(Address<u8>),
    Constant(Constant),
    Immediate(i64),
}

/// What an instruction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Machine(Code),
    /// Sets the registers in which arguments come.
    Begin,
    /// To the first successor.
    Jump,
    /// To the first successor if the jump of this code is taken, else to the second.
    Branch(Code),
    Return,
    /// Calls a function, by its place among those that the program calls; no register but those of its
    /// results is changed.
    Call(u32),
}

/// An instruction.
#[derive(Clone, Debug)]
pub(super) struct Inst {
    pub(super) kind: Kind,
    pub(super) args: Vec<Arg>,
    pub(super) operands: Vec<Operand>,
    /// The operand that masks it.
    pub(super) mask: Option<u8>,
    /// Whether masked lanes become 0.
    pub(super) zeroing: bool,
    pub(super) place: SourceLoc,
}

/// A block.
#[derive(Clone, Debug, Default)]
pub(super) struct BlockData {
    pub(super) insts: Option<InstRange>,
    pub(super) params: Vec<VReg>,
    pub(super) succs: Vec<Block>,
    pub(super) preds: Vec<Block>,
    /// For a block that ends with a jump: the values for the parameters of its successor.
    pub(super) passed: Vec<VReg>,
    /// Whether it is seldom reached.
    pub(super) cold: bool,
}

/// A function of the machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    pub(super) blocks: Vec<BlockData>,
    pub(super) insts: Vec<Inst>,
    pub(super) n_registers: usize,
    /// The bytes of constants.
    pub(super) pool: Vec<u8>,
    /// How many bytes the function's own arrays take in the frame.
    pub(super) frame: u32,
}

impl Program {
    pub(super) fn add_register(&mut self, class: RegClass) -> VReg {
        self.n_registers += 1;
        VReg::new(self.n_registers - 1, class)
    }

    pub(super) fn add_block(&mut self, cold: bool) -> Block {
        self.blocks.push(BlockData { cold, ..BlockData::default() });
        Block::new(self.blocks.len() - 1)
    }

    /// The place of some bytes in the pool, aligned to their number, a power of two.
    pub(super) fn constant(&mut self, bytes: &[u8]) -> u32 {
        let found = self.pool.chunks_exact(bytes.len()).position(|chunk| chunk == bytes);
        if let Some(index) = found {
            return (index * bytes.len()) as u32;
        }
        self.pool.resize(self.pool.len().next_multiple_of(bytes.len()), 0);
        self.pool.extend(bytes);
        (self.pool.len() - bytes.len()) as u32
    }

    /// Numbers blocks in the order of their instructions, as the allocator wants them.
    pub(super) fn number_blocks(&mut self) {
        let mut order: Vec<usize> = (0..self.blocks.len()).collect();
        order.sort_by_key(|block| self.blocks[*block].insts.map(|insts| insts.first().index()));
        let mut numbers = vec![0; order.len()];
        order.iter().enumerate().for_each(|(number, block)| numbers[*block] = number);
        let mut blocks: Vec<BlockData> =
            order.iter().map(|block| std::mem::take(&mut self.blocks[*block])).collect();
        for block in &mut blocks {
            let named = block.succs.iter_mut().chain(&mut block.preds);
            named.for_each(|named| *named = Block::new(numbers[named.index()]));
        }
        self.blocks = blocks;
    }

    /// Makes one block follow another.
    pub(super) fn connect(&mut self, from: Block, to: Block) {
        self.blocks[from.index()].succs.push(to);
        self.blocks[to.index()].preds.push(from);
    }
}

/// An instruction that is being put together.
#[must_use]
pub(super) struct Making {
    inst: Inst,
}

impl Making {
    pub(super) fn new(kind: Kind, place: SourceLoc) -> Making {
        let inst = Inst { kind, args: Vec::new(), operands: Vec::new(), mask: None, zeroing: false, place };
        Making { inst }
    }

    /// Adds an operand; gives its place.
    fn operand(&mut self, operand: Operand) -> u8 {
        self.inst.operands.push(operand);
        self.inst.operands.len() as u8 - 1
    }

    fn argument(mut self, operand: Operand, size: Size) -> Making {
        let place = self.operand(operand);
        self.inst.args.push(Arg::Register(place, size));
        self
    }

    /// A register that is set.
    pub(super) fn sets(self, register: VReg, size: Size) -> Making {
        self.argument(Operand::reg_def(register), size)
    }

    /// A register that is read.
    pub(super) fn reads(self, register: VReg, size: Size) -> Making {
        self.argument(Operand::reg_use(register), size)
    }

    /// A register that is read and then set: the same, which stands once among the arguments.
    pub(super) fn changes(mut self, from: VReg, to: VReg, size: Size) -> Making {
        let place = self.operand(Operand::reg_use(from));
        self.inst.args.push(Arg::Register(place, size));
        self.operand(Operand::reg_reuse_def(to, place as usize));
        self
    }

    /// A register of the machine that it reads without naming it.
    pub(super) fn reads_fixed(mut self, register: VReg, fixed: PReg) -> Making {
        self.operand(Operand::reg_fixed_use(register, fixed));
        self
    }

    /// A register of the machine that it sets without naming it.
    pub(super) fn sets_fixed(mut self, register: VReg, fixed: PReg) -> Making {
        self.operand(Operand::reg_fixed_def(register, fixed));
        self
    }

    pub(super) fn immediate(mut self, value: i64) -> Making {
        self.inst.args.push(Arg::Immediate(value));
        self
    }

    pub(super) fn constant(mut self, constant: Constant) -> Making {
        self.inst.args.push(Arg::Constant(constant));
        self
    }

    pub(super) fn memory(mut self, address: Address<VReg>) -> Making {
        let base = match address.base {
            Base::Register(register) => Base::Register(self.operand(Operand::reg_use(register))),
            Base::Frame(offset) => Base::Frame(offset),
            Base::Incoming(offset) => Base::Incoming(offset),
        };
        let index = address.index.map(|(register, size)| (self.operand(Operand::reg_use(register)), size));
        let Address { scale, offset, .. } = address;
        self.inst.args.push(Arg::Memory(Address { base, index, scale, offset }));
        self
    }

    /// A mask for its lanes.
    pub(super) fn masked(mut self, mask: VReg, zeroing: bool) -> Making {
        self.inst.mask = Some(self.operand(Operand::reg_use(mask)));
        self.inst.zeroing = zeroing;
        self
    }

    /// A mask for its lanes that has none when it is done.
    pub(super) fn masked_until_empty(mut self, mask: VReg, empty: VReg) -> Making {
        let place = self.operand(Operand::reg_use(mask));
        self.inst.mask = Some(place);
        self.operand(Operand::reg_reuse_def(empty, place as usize));
        self
    }

    pub(super) fn finish(self) -> Inst {
        self.inst
    }
}

/// How many slots of 8 bytes a register of a class is spilled to.
pub(super) const fn spilled_slots(class: RegClass, widest: Size) -> usize {
    match (class, widest) {
        (NUMBER | MASK, _) => 1,
        (LANES, Size::Z) => 8,
        (LANES, _) => 4,
    }
}
