//! Graphs (manual, 6.24).

use super::calls;
use crate::code::Code;
use crate::driver::Handle;
use crate::host::Pointer;

/// `CUgraphInstantiate_flags` that there are: freeing on launch, uploading, launching by kernels, priorities.
const FLAGS: u64 = 15;
/// Launching by kernels.
const DEVICE_LAUNCH: u64 = 4;

calls! {
    Context fn cuGraphInstantiateWithFlags(driver, executable: Pointer<Handle>, graph: Handle, flags: u64) {
        if flags & (!FLAGS | DEVICE_LAUNCH) != 0 {
            return Err(Code::InvalidValue);
        }
        executable.set(driver.instantiate(graph)?)
    }

    Context fn cuGraphInstantiate_v2(
        driver, executable: Pointer<Handle>, graph: Handle, node: Pointer<u64>, log: Pointer<u8>, room: usize,
    ) {
        node.offer(0);
        if room > 0 && !log.is_null() {
            log.set_text("", room)?;
        }
        executable.set(driver.instantiate(graph)?)
    }

    Context fn cuGraphLaunch(driver, executable: Handle, stream: Handle) {
        driver.launch_graph(executable, stream)
    }

    Context fn cuGraphUpload(driver, executable: Handle, stream: Handle) {
        driver.stream(stream)?;
        driver.executables.get(&executable).map(|_| ()).ok_or(Code::InvalidValue)
    }

    Context fn cuGraphGetNodes(driver, graph: Handle, nodes: Pointer<u64>, count: Pointer<usize>) {
        let work = driver.graphs.get(&graph).ok_or(Code::InvalidValue)?.work.len();
        if !nodes.is_null() {
            return Err(Code::NotSupported);
        }
        count.set(work)
    }

    Context fn cuGraphExecDestroy(driver, executable: Handle) {
        driver.executables.remove(&executable).map(|_| ()).ok_or(Code::InvalidValue)
    }

    Context fn cuGraphDestroy(driver, graph: Handle) {
        driver.graphs.remove(&graph).map(|_| ()).ok_or(Code::InvalidValue)
    }
}
