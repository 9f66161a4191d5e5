//! A package with no library: its kernels are the binary's.

mod inner;

fn main() -> Result<(), pykernel::Error> {
    println!("only_bin: {}", inner::thrice(14)?);
    match inner::thrice(i64::MAX) {
        Ok(wrapped) => println!("only_bin: {wrapped}"),
        Err(error) => println!("only_bin: {}", error.class()),
    }
    Ok(())
}
