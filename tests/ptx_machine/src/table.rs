//! The instructions that the machine knows: one row for each form, with its types, modifiers and operands.
//!
//! A form is written as the ISA writes it. A part after `?` may be absent, `|` separates alternatives, and a part in
//! capitals stands for the names in `CLASSES`.
//!
//! Operands: `t` is a source of the instruction's last type, `s` of its first one, `w` of the last one with
//! twice the bits; other names are types. `=` writes, `|p` adds a predicate destination, `!p` may be negated,
//! `?` may be absent, `~` lets the register be wider, `[]` is an address, `L` a label. `{}` stands for as
//! many values as `.v2` or `.v4` says.

use crate::instruction::{
    Atomic, BarrierAction, Carry, Compute, Property, Strength,
    WarpOperation::{self, *},
};

/// What an instruction is decoded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Compute(Compute),
    Carry(Carry),
    Convert,
    SetPredicate,
    Set,
    Move,
    Load(Strength),
    Store(Strength),
    Atomic(Atomic),
    ConvertAddress,
    IsSpace,
    Branch,
    BranchIndex,
    Call,
    Return,
    Exit,
    Trap,
    Barrier(BarrierAction),
    Warp(WarpOperation),
    Reduce(Atomic),
    Fence,
    ActiveMask,
    Nothing,
}

/// A form of an instruction.
pub(crate) struct Row {
    /// Its name, then the parts that follow after dots.
    pub form: &'static str,
    /// Its operands.
    pub operands: &'static str,
    pub family: Family,
    /// The first PTX version that has it, ten times: 63 is 6.3.
    pub version: u32,
    /// The first target that has it: 70 is `sm_70`.
    pub target: u32,
}

const fn row(form: &'static str, operands: &'static str, family: Family) -> Row {
    Row { form, operands, family, version: 10, target: 10 }
}

const fn compute(form: &'static str, operands: &'static str, compute: Compute) -> Row {
    row(form, operands, Family::Compute(compute))
}

impl Row {
    const fn since(mut self, version: u32, target: u32) -> Row {
        self.version = version;
        self.target = target;
        self
    }
}

/// Names for alternatives that many forms share.
pub(crate) const CLASSES: &[(&str, &str)] = &[
    ("INT", "u16|u32|u64|s16|s32|s64"),
    ("INT32", "u32|s32|u64|s64"),
    ("SIGNED", "s16|s32|s64"),
    ("FLOAT", "f32|f64"),
    ("BITS", "b16|b32|b64"),
    ("ANY", "b16|b32|b64|u16|u32|u64|s16|s32|s64|f32|f64"),
    ("MEM", "b8|b16|b32|b64|u8|u16|u32|u64|s8|s16|s32|s64|f32|f64"),
    ("CVT", "u8|u16|u32|u64|s8|s16|s32|s64|f16|f32|f64"),
    ("RND", "rn|rz|rm|rp"),
    ("ROUND", "rn|rz|rm|rp|rni|rzi|rmi|rpi"),
    ("CMP", "eq|ne|lt|le|gt|ge|lo|ls|hi|hs|equ|neu|ltu|leu|gtu|geu|num|nan"),
    ("BOOL", "and|or|xor"),
    ("SPACE", "global|shared|shared::cta|local|const|param"),
    ("ATOMIC", "global|shared|shared::cta"),
    ("SCOPE", "cta|cluster|gpu|sys"),
    ("SEM", "relaxed|acquire|release|acq_rel"),
    ("COP", "ca|cg|cs|lu|cv|wb|wt"),
    ("EVICT", "L1::evict_normal|L1::evict_unchanged|L1::evict_first|L1::evict_last|L1::no_allocate"),
    ("PREFETCH", "L2::64B|L2::128B|L2::256B"),
    ("VEC", "v2|v4"),
];

use Compute as C;
use Family as F;

/// All forms. Forms of one name stand in the order in which they are tried.
pub(crate) const ROWS: &[Row] = &[
    // Integer arithmetic (9.7.1) and its extended precision (9.7.2); floating point (9.7.3).
    compute("add .INT", "=t t t", C::Add),
    compute("add ?.sat .s32", "=t t t", C::Add),
    compute("add ?.RND ?.ftz ?.sat .f32", "=t t t", C::Add),
    compute("add ?.RND .f64", "=t t t", C::Add),
    row("add .cc .INT32", "=t t t", F::Carry(Carry::Add)),
    row("addc ?.cc .INT32", "=t t t", F::Carry(Carry::Add)),
    compute("sub .INT", "=t t t", C::Sub),
    compute("sub ?.sat .s32", "=t t t", C::Sub),
    compute("sub ?.RND ?.ftz ?.sat .f32", "=t t t", C::Sub),
    compute("sub ?.RND .f64", "=t t t", C::Sub),
    row("sub .cc .INT32", "=t t t", F::Carry(Carry::Sub)),
    row("subc ?.cc .INT32", "=t t t", F::Carry(Carry::Sub)),
    compute("mul .lo .INT", "=t t t", C::Mul),
    compute("mul .hi .INT", "=t t t", C::MulHi),
    compute("mul .wide .u16|s16|u32|s32", "=w t t", C::MulWide),
    compute("mul ?.RND ?.ftz ?.sat .f32", "=t t t", C::Mul),
    compute("mul ?.RND .f64", "=t t t", C::Mul),
    compute("mad .lo .INT", "=t t t t", C::Mad),
    compute("mad .hi .INT", "=t t t t", C::MadHi),
    compute("mad .hi .sat .s32", "=t t t t", C::MadHi),
    compute("mad .wide .u16|s16|u32|s32", "=w t t w", C::MadWide),
    compute("mad .RND ?.ftz ?.sat .f32", "=t t t t", C::Fma),
    compute("mad .RND .f64", "=t t t t", C::Fma),
    row("mad .lo .cc .INT32", "=t t t t", F::Carry(Carry::MadLo)),
    row("mad .hi .cc .INT32", "=t t t t", F::Carry(Carry::MadHi)),
    row("madc .lo ?.cc .INT32", "=t t t t", F::Carry(Carry::MadLo)),
    row("madc .hi ?.cc .INT32", "=t t t t", F::Carry(Carry::MadHi)),
    compute("mul24 .lo .u32|s32", "=t t t", C::Mul24Lo),
    compute("mul24 .hi .u32|s32", "=t t t", C::Mul24Hi),
    compute("fma .RND ?.ftz ?.sat .f32", "=t t t t", C::Fma).since(20, 20),
    compute("fma .RND .f64", "=t t t t", C::Fma).since(14, 13),
    compute("div .INT", "=t t t", C::Div),
    compute("div .RND|approx|full ?.ftz .f32", "=t t t", C::Div),
    compute("div .RND .f64", "=t t t", C::Div),
    compute("rem .INT", "=t t t", C::Rem),
    compute("neg .SIGNED", "=t t", C::Neg),
    compute("neg ?.ftz .f32", "=t t", C::Neg),
    compute("neg .f64", "=t t", C::Neg),
    compute("abs .SIGNED", "=t t", C::Abs),
    compute("abs ?.ftz .f32", "=t t", C::Abs),
    compute("abs .f64", "=t t", C::Abs),
    compute("min .INT|f64", "=t t t", C::Min),
    compute("min ?.ftz .f32", "=t t t", C::Min),
    compute("min ?.ftz .NaN .f32", "=t t t", C::Min).since(70, 80),
    compute("max .INT|f64", "=t t t", C::Max),
    compute("max ?.ftz .f32", "=t t t", C::Max),
    compute("max ?.ftz .NaN .f32", "=t t t", C::Max).since(70, 80),
    compute("sad .INT", "=t t t t", C::Sad),
    compute("sqrt .RND|approx ?.ftz .f32", "=t t", C::Sqrt),
    compute("sqrt .RND .f64", "=t t", C::Sqrt),
    compute("rsqrt .approx ?.ftz .f32", "=t t", C::Rsqrt),
    compute("rsqrt .approx ?.ftz .f64", "=t t", C::Rsqrt),
    compute("rcp .RND|approx ?.ftz .f32", "=t t", C::Rcp),
    compute("rcp .RND .f64", "=t t", C::Rcp),
    compute("rcp .approx .ftz .f64", "=t t", C::Rcp),
    compute("ex2 .approx ?.ftz .f32", "=t t", C::Ex2),
    compute("lg2 .approx ?.ftz .f32", "=t t", C::Lg2),
    compute("sin .approx ?.ftz .f32", "=t t", C::Sin),
    compute("cos .approx ?.ftz .f32", "=t t", C::Cos),
    compute("tanh .approx .f32", "=t t", C::Tanh).since(70, 75),
    compute("copysign .FLOAT", "=t t t", C::Copysign).since(20, 20),
    compute("testp .finite .FLOAT", "=p t", C::Testp(Property::Finite)),
    compute("testp .infinite .FLOAT", "=p t", C::Testp(Property::Infinite)),
    compute("testp .number .FLOAT", "=p t", C::Testp(Property::Number)),
    compute("testp .notanumber .FLOAT", "=p t", C::Testp(Property::NotANumber)),
    compute("testp .normal .FLOAT", "=p t", C::Testp(Property::Normal)),
    compute("testp .subnormal .FLOAT", "=p t", C::Testp(Property::Subnormal)),
    // Logic and shifts (9.7.8), bits (9.7.1).
    compute("and .BITS", "=t t t", C::And),
    compute("and .pred", "=t !t !t", C::And),
    compute("or .BITS", "=t t t", C::Or),
    compute("or .pred", "=t !t !t", C::Or),
    compute("xor .BITS", "=t t t", C::Xor),
    compute("xor .pred", "=t !t !t", C::Xor),
    compute("not .BITS", "=t t", C::Not),
    compute("not .pred", "=t !t", C::Not),
    compute("cnot .BITS", "=t t", C::Cnot),
    compute("lop3 .b32", "=t t t t u32", C::Lop3).since(43, 50),
    compute("shl .BITS", "=t t u32", C::Shl),
    compute("shr .BITS|INT", "=t t u32", C::Shr),
    compute("shf .l .clamp|wrap .b32", "=t t t u32", C::ShfLeft).since(31, 32),
    compute("shf .r .clamp|wrap .b32", "=t t t u32", C::ShfRight).since(31, 32),
    compute("popc .b32|b64", "=u32 t", C::Popc),
    compute("clz .b32|b64", "=u32 t", C::Clz),
    compute("bfind ?.shiftamt .INT32", "=u32 t", C::Bfind),
    compute("brev .b32|b64", "=t t", C::Brev),
    compute("bfe .INT32", "=t t u32 u32", C::Bfe),
    compute("bfi .b32|b64", "=t t t u32 u32", C::Bfi),
    compute("prmt .b32", "=t t t t", C::Prmt),
    // Comparison and selection (9.7.6).
    row("setp .CMP .ANY", "=p|p t t", F::SetPredicate),
    row("setp .CMP .ftz .f32", "=p|p t t", F::SetPredicate),
    row("setp .CMP .BOOL .ANY", "=p|p t t !p", F::SetPredicate),
    row("setp .CMP .BOOL .ftz .f32", "=p|p t t !p", F::SetPredicate),
    row("set .CMP ?.ftz .u32|s32|f32 .ANY", "=s t t", F::Set),
    row("set .CMP .BOOL ?.ftz .u32|s32|f32 .ANY", "=s t t !p", F::Set),
    compute("selp .ANY", "=t t t p", C::Selp),
    compute("slct .ANY .s32", "=s s s t", C::Slct),
    compute("slct ?.ftz .ANY .f32", "=s s s t", C::Slct),
    // Data movement (9.7.9).
    row("mov .ANY|pred", "=t !t", F::Move),
    row("cvt ?.ROUND ?.ftz ?.sat .CVT .CVT", "=s~ t~", F::Convert),
    row("ld ?.weak ?.SPACE ?.COP|EVICT ?.PREFETCH ?.VEC .MEM", "={}~ []", F::Load(Strength::Weak)),
    row("ld ?.global ?.COP .nc ?.EVICT ?.PREFETCH ?.VEC .MEM", "={}~ []", F::Load(Strength::NonCoherent))
        .since(31, 32),
    row("ld .volatile ?.SPACE ?.VEC .MEM", "={}~ []", F::Load(Strength::Strong)),
    row(
        "ld .relaxed|acquire .SCOPE ?.SPACE ?.EVICT ?.PREFETCH ?.VEC .MEM",
        "={}~ []",
        F::Load(Strength::Strong),
    )
    .since(60, 70),
    row("ldu ?.global ?.VEC .MEM", "={}~ []", F::Load(Strength::NonCoherent)),
    row("st ?.weak ?.SPACE ?.COP|EVICT ?.VEC .MEM", "[] {}~", F::Store(Strength::Weak)),
    row("st .volatile ?.SPACE ?.VEC .MEM", "[] {}~", F::Store(Strength::Strong)),
    row("st .relaxed|release .SCOPE ?.SPACE ?.EVICT ?.VEC .MEM", "[] {}~", F::Store(Strength::Strong))
        .since(60, 70),
    row("cvta .global|shared|local|const .u64", "=t t", F::ConvertAddress),
    row("cvta .to .global|shared|local|const .u64", "=t t", F::ConvertAddress),
    row("isspacep .global|shared|local|const", "=p u64", F::IsSpace),
    row("prefetch ?.global|local .L1|L2", "[]", F::Nothing),
    row("prefetchu .L1", "[]", F::Nothing),
    // Control (9.7.12).
    row("bra ?.uni", "L", F::Branch),
    row("brx .idx ?.uni", "*", F::BranchIndex).since(60, 30),
    row("call ?.uni", "*", F::Call),
    row("ret ?.uni", "", F::Return),
    row("exit", "", F::Exit),
    row("trap", "", F::Trap),
    row("brkpt", "", F::Trap),
    row("nanosleep .u32", "t", F::Nothing).since(63, 70),
    row("pmevent", "u32", F::Nothing),
    // Synchronisation (9.7.13).
    row("bar ?.cta .sync", "u32 ?u32", F::Barrier(BarrierAction::Sync)),
    row("bar ?.cta .arrive", "u32 u32", F::Barrier(BarrierAction::Arrive)),
    row("bar ?.cta .red .popc .u32", "=t u32 ?u32 !p", F::Barrier(BarrierAction::Popc)),
    row("bar ?.cta .red .and .pred", "=t u32 ?u32 !p", F::Barrier(BarrierAction::And)),
    row("bar ?.cta .red .or .pred", "=t u32 ?u32 !p", F::Barrier(BarrierAction::Or)),
    row("barrier ?.cta .sync ?.aligned", "u32 ?u32", F::Barrier(BarrierAction::Sync)).since(60, 30),
    row("barrier ?.cta .arrive ?.aligned", "u32 u32", F::Barrier(BarrierAction::Arrive)).since(60, 30),
    row("barrier ?.cta .red .popc ?.aligned .u32", "=t u32 ?u32 !p", F::Barrier(BarrierAction::Popc))
        .since(60, 30),
    row("barrier ?.cta .red .and ?.aligned .pred", "=t u32 ?u32 !p", F::Barrier(BarrierAction::And))
        .since(60, 30),
    row("barrier ?.cta .red .or ?.aligned .pred", "=t u32 ?u32 !p", F::Barrier(BarrierAction::Or))
        .since(60, 30),
    row("bar .warp .sync", "u32", F::Warp(Sync)).since(60, 30),
    row("membar .cta|gl|sys", "", F::Fence),
    row("fence ?.sc|acq_rel .SCOPE", "", F::Fence).since(60, 70),
    row("atom ?.SEM ?.SCOPE ?.ATOMIC .add .u32|s32|u64|f32", "=t [] t", F::Atomic(Atomic::Add)),
    row("atom ?.SEM ?.SCOPE ?.ATOMIC .add .f64", "=t [] t", F::Atomic(Atomic::Add)).since(50, 60),
    row("atom ?.SEM ?.SCOPE ?.ATOMIC .min .INT32", "=t [] t", F::Atomic(Atomic::Min)),
    row("atom ?.SEM ?.SCOPE ?.ATOMIC .max .INT32", "=t [] t", F::Atomic(Atomic::Max)),
    row("atom ?.SEM ?.SCOPE ?.ATOMIC .inc .u32", "=t [] t", F::Atomic(Atomic::Inc)),
    row("atom ?.SEM ?.SCOPE ?.ATOMIC .dec .u32", "=t [] t", F::Atomic(Atomic::Dec)),
    row("atom ?.SEM ?.SCOPE ?.ATOMIC .and .b32|b64", "=t [] t", F::Atomic(Atomic::And)),
    row("atom ?.SEM ?.SCOPE ?.ATOMIC .or .b32|b64", "=t [] t", F::Atomic(Atomic::Or)),
    row("atom ?.SEM ?.SCOPE ?.ATOMIC .xor .b32|b64", "=t [] t", F::Atomic(Atomic::Xor)),
    row("atom ?.SEM ?.SCOPE ?.ATOMIC .exch .b32|b64", "=t [] t", F::Atomic(Atomic::Exch)),
    row("atom ?.SEM ?.SCOPE ?.ATOMIC .cas .b32|b64", "=t [] t t", F::Atomic(Atomic::Cas)),
    row("atom ?.SEM ?.SCOPE ?.ATOMIC .cas .b16", "=t [] t t", F::Atomic(Atomic::Cas)).since(63, 70),
    row("red ?.relaxed|release ?.SCOPE ?.ATOMIC .add .u32|s32|u64|f32", "[] t", F::Atomic(Atomic::Add)),
    row("red ?.relaxed|release ?.SCOPE ?.ATOMIC .add .f64", "[] t", F::Atomic(Atomic::Add)).since(50, 60),
    row("red ?.relaxed|release ?.SCOPE ?.ATOMIC .min .INT32", "[] t", F::Atomic(Atomic::Min)),
    row("red ?.relaxed|release ?.SCOPE ?.ATOMIC .max .INT32", "[] t", F::Atomic(Atomic::Max)),
    row("red ?.relaxed|release ?.SCOPE ?.ATOMIC .inc .u32", "[] t", F::Atomic(Atomic::Inc)),
    row("red ?.relaxed|release ?.SCOPE ?.ATOMIC .dec .u32", "[] t", F::Atomic(Atomic::Dec)),
    row("red ?.relaxed|release ?.SCOPE ?.ATOMIC .and .b32|b64", "[] t", F::Atomic(Atomic::And)),
    row("red ?.relaxed|release ?.SCOPE ?.ATOMIC .or .b32|b64", "[] t", F::Atomic(Atomic::Or)),
    row("red ?.relaxed|release ?.SCOPE ?.ATOMIC .xor .b32|b64", "[] t", F::Atomic(Atomic::Xor)),
    row("shfl .sync .up .b32", "=b32|p b32 u32 u32 u32", F::Warp(ShuffleUp)).since(60, 30),
    row("shfl .sync .down .b32", "=b32|p b32 u32 u32 u32", F::Warp(ShuffleDown)).since(60, 30),
    row("shfl .sync .bfly .b32", "=b32|p b32 u32 u32 u32", F::Warp(ShuffleButterfly)).since(60, 30),
    row("shfl .sync .idx .b32", "=b32|p b32 u32 u32 u32", F::Warp(ShuffleIndex)).since(60, 30),
    row("vote .sync .all .pred", "=t !t u32", F::Warp(VoteAll)).since(60, 30),
    row("vote .sync .any .pred", "=t !t u32", F::Warp(VoteAny)).since(60, 30),
    row("vote .sync .uni .pred", "=t !t u32", F::Warp(VoteUniform)).since(60, 30),
    row("vote .sync .ballot .b32", "=t !p u32", F::Warp(VoteBallot)).since(60, 30),
    row("match .any .sync .b32|b64", "=b32 t u32", F::Warp(MatchAny)).since(60, 70),
    row("match .all .sync .b32|b64", "=b32|p t u32", F::Warp(MatchAll)).since(60, 70),
    row("redux .sync .add .u32|s32", "=t t u32", F::Reduce(Atomic::Add)).since(70, 80),
    row("redux .sync .min .u32|s32", "=t t u32", F::Reduce(Atomic::Min)).since(70, 80),
    row("redux .sync .max .u32|s32", "=t t u32", F::Reduce(Atomic::Max)).since(70, 80),
    row("redux .sync .and .b32", "=t t u32", F::Reduce(Atomic::And)).since(70, 80),
    row("redux .sync .or .b32", "=t t u32", F::Reduce(Atomic::Or)).since(70, 80),
    row("redux .sync .xor .b32", "=t t u32", F::Reduce(Atomic::Xor)).since(70, 80),
    row("activemask .b32", "=t", F::ActiveMask).since(62, 30),
];

/// Names that a message explains better than a list of forms.
pub(crate) const REFUSED: &[(&str, &str, &str)] = &[
    ("shfl", "sync", "'shfl' without '.sync' does not exist from sm_70 on"),
    ("vote", "sync", "'vote' without '.sync' does not exist from sm_70 on"),
];
