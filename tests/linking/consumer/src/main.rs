//! Calls kernels of two libraries, as any function.

fn main() {
    let sum = [
        shapes::area(1.0),
        shapes::circle(1.0),
        shapes::generic(1.0_f32),
        shapes::generic(1_u8),
        shapes::inlined(1.0),
        colours::area(1.0),
        colours::private(1.0),
    ];
    println!("consumer: {:?}", sum.into_iter().sum::<Result<f64, _>>());
}
