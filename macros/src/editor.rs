//! What an editor sees that tells a macro its tokens and no text: rust-analyzer.
//!
//! Line breaks are lost, and with them the Python. The manifest of the last build has each kernel's
//! whole interface, so its function is what the compiler's own expansion has. A kernel that no build
//! has seen yet gets a stand-in that fits every use, so that nothing is underlined without need.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use pykernel_codegen::interface::{Interface, Kernel, rust};
use pykernel_codegen::manifest::{Compiled, Manifest};
use pykernel_codegen::source::{self, Source};
use quote::{format_ident, quote};

use crate::expand::{self, Context, identifier};

/// A function as far as tokens show it.
struct Definition {
    name: Ident,
    params: Vec<String>,
    /// Whether the decorator before it makes it a ufunc.
    is_ufunc: bool,
    /// Whether it makes it a kernel that is launched on GPUs.
    is_launched: bool,
}

/// The functions of the kernels between a macro's delimiters.
pub fn functions(tokens: TokenStream, manifest: Option<&Manifest>) -> TokenStream {
    let by_name: BTreeMap<String, Definition> =
        definitions(tokens).into_iter().map(|it| (it.name.to_string(), it)).collect();
    let functions = by_name.values().filter(|it| !it.name.to_string().starts_with('_'));
    functions.map(|definition| function(definition, manifest)).collect()
}

fn function(definition: &Definition, manifest: Option<&Manifest>) -> TokenStream {
    match manifest.and_then(|manifest| Some((manifest, compiled(definition, manifest)?))) {
        Some((manifest, compiled)) => {
            let source = Source::embedded(compiled.file.as_str(), 1, "");
            let context = Context {
                source: &source,
                file: &compiled.file,
                library: &manifest.library,
                locate: &|_: source::Span| definition.name.span(),
            };
            let interface = Interface { kernels: vec![compiled.kernel.clone()] };
            expand::kernels(&interface, &context)
        }
        None => stand_in(definition),
    }
}

/// The kernel that was compiled from a definition; `None` if several could be, and look different.
fn compiled<'a>(definition: &Definition, manifest: &'a Manifest) -> Option<&'a Compiled> {
    let has_params = |kernel: &Kernel| {
        let params = kernel.overloads.iter().map(|overload| overload.params.iter().map(|it| &it.name));
        params.into_iter().all(|params| params.eq(&definition.params))
    };
    let is_it = |it: &&Compiled| definition.name == it.kernel.name && has_params(&it.kernel);
    let mut found = manifest.kernels.iter().filter(|it| !it.file.ends_with(".py")).filter(is_it);
    let first = found.next()?;
    let look = |it: &Kernel| (it.ufunc.clone(), rust::signatures(it));
    found.all(|other| look(&other.kernel) == look(&first.kernel)).then_some(first)
}

/// A function or a ufunc that takes anything and gives whatever is asked for.
fn stand_in(definition: &Definition) -> TokenStream {
    let name = definition.name.to_string();
    if definition.is_ufunc {
        return expand::unknown(&identifier(&rust::function(&name), definition.name.span()));
    }
    // A launch has a stream and an extent too.
    let n_params = definition.params.len() + if definition.is_launched { 2 } else { 0 };
    let types: Vec<Ident> = (0..n_params).map(|i| format_ident!("{name}_{i}")).collect();
    let error = match definition.is_launched {
        true => quote!(::pykernel::cuda::Error),
        false => quote!(::pykernel::Error),
    };
    let (result, name) = (format_ident!("{name}_result"), rust::function(&name));
    let name = identifier(&name, definition.name.span());
    quote! {
        #[doc(hidden)]
        pub fn #name<#result, #(#types),*>(#(_: #types),*) -> ::core::result::Result<#result, #error> {
            ::core::unreachable!()
        }
    }
}

/// The functions that tokens define: `def name(…)`.
fn definitions(tokens: TokenStream) -> Vec<Definition> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let definition = |(index, window): (usize, &[TokenTree])| match window {
        [TokenTree::Ident(def), TokenTree::Ident(name), TokenTree::Group(params)]
            if def == "def" && params.delimiter() == Delimiter::Parenthesis =>
        {
            let before = &tokens[..index];
            let (is_ufunc, is_launched) = (makes_ufunc(before), makes_launched(before));
            Some(Definition { name: name.clone(), params: parameters(params), is_ufunc, is_launched })
        }
        _ => None,
    };
    tokens.windows(3).enumerate().filter_map(definition).collect()
}

/// Whether tokens end with `@vectorize(…)`, or its like for gufuncs.
fn makes_ufunc(tokens: &[TokenTree]) -> bool {
    match tokens {
        [.., TokenTree::Ident(name), TokenTree::Group(_)] => name == "vectorize" || name == "guvectorize",
        _ => false,
    }
}

/// Whether tokens end with `@cuda.jit`, with arguments or without.
fn makes_launched(tokens: &[TokenTree]) -> bool {
    let tokens = match tokens {
        [before @ .., TokenTree::Group(_)] => before,
        tokens => tokens,
    };
    match tokens {
        [.., TokenTree::Ident(module), TokenTree::Punct(dot), TokenTree::Ident(jit)] => {
            module == "cuda" && dot.as_char() == '.' && jit == "jit"
        }
        _ => false,
    }
}

/// The names of parameters: the words that stand first, or behind a comma.
fn parameters(group: &Group) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_next = true;
    for token in group.stream() {
        match token {
            TokenTree::Ident(name) if is_next => {
                names.push(name.to_string());
                is_next = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => is_next = true,
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Group(_) | TokenTree::Literal(_) => {}
        }
    }
    names
}

/// The invocation as text, as far as tokens give it: a literal is whole, and so is a file's path.
pub fn text(tokens: &TokenStream) -> String {
    format!("py_kernel! {{ {tokens} }}")
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use pykernel_codegen::analysis::{Analysis, analyse};
    use pykernel_codegen::symbol::Package;

    use super::*;

    const TEXT: &str = "
from numba import njit, float32, float64, int64

def helper(x):
    return x

@njit([float32(float32, int64), float64(float64, int64)])
def scale(x, n):
    return helper(x) * n

@njit(float64(float64[:, ::1], float64[:]), boundscheck=False)
def fill(a, out):
    '''Fills out.'''
    out[0] = a[0, 0]
    return 1.0

@njit
def plain(z: complex, match: int64) -> None:
    pass
";

    fn analysis(text: &str) -> Analysis {
        let package = Package { name: "p".into(), version: "1.0.0".into() };
        let analysis = analyse(&Source::embedded("src/lib.rs", 1, text), &package);
        assert_eq!(analysis.diagnostics, []);
        analysis
    }

    fn manifest(texts: &[&str]) -> Manifest {
        let kernels = texts.iter().flat_map(|text| analysis(text).interface.kernels);
        let compiled = kernels.map(|kernel| Compiled { file: "src/lib.rs".into(), kernel });
        let manifest =
            Manifest { library: "pyk_p".into(), kernels: compiled.collect(), ..Manifest::default() };
        Manifest::from_text(&manifest.to_text()).unwrap()
    }

    /// What stands before the bodies of functions, traits and implementations, and all attributes.
    fn heads(tokens: TokenStream) -> Vec<String> {
        let is_body = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let heads =
            tokens.split(is_body).map(|head| head.iter().cloned().collect::<TokenStream>().to_string());
        let mut heads: Vec<String> = heads.collect();
        heads.sort();
        heads
    }

    fn in_editor(text: &str, manifest: &Manifest) -> TokenStream {
        // An apostrophe pair is a character to Rust's lexer; a docstring has other quotes there.
        functions(text.replace("'''", "\"").parse().unwrap(), Some(manifest))
    }

    #[test]
    fn an_editor_sees_what_the_compiler_makes() {
        let analysis = analysis(TEXT);
        let source = Source::embedded("src/lib.rs", 1, TEXT);
        let context =
            Context { source: &source, file: "src/lib.rs", library: "pyk_p", locate: &|_| Span::call_site() };
        let expected = heads(expand::kernels(&analysis.interface, &context));
        let text = TEXT.replace("def helper(x):\n    return x\n", "").replace("helper(x)", "x");
        assert_eq!(heads(in_editor(&text, &manifest(&[TEXT]))), expected);
        assert!(expected.iter().any(|head| head.contains("pub unsafe fn fill")), "{expected:#?}");
        assert!(expected.iter().any(|head| head.contains("pub trait scale")), "{expected:#?}");
    }

    #[test]
    fn what_no_build_has_seen_fits_every_use() {
        let expected = "pub fn fill < fill_result , fill_0 , fill_1 > (_ : fill_0 , _ : fill_1) \
                        -> :: core :: result :: Result < fill_result , :: pykernel :: Error >";
        let text = "def fill(a, out): pass def _private(x): pass";
        let other = "from numba import float64\ndef fill(a: float64, b: float64):\n    return a\n";
        let same = other.replace("b: ", "out: ");
        let wide = same.replace("float64", "complex128");
        for (manifest, is_known) in [
            (Manifest::default(), false),
            (manifest(&[other]), false),
            (manifest(&[&same, &wide]), false),
            (manifest(&[&same, other]), true),
        ] {
            let heads = heads(in_editor(text, &manifest));
            assert_eq!(!heads.iter().any(|head| head.contains(expected)), is_known, "{heads:#?}");
        }
    }

    #[test]
    fn what_is_decorated_as_a_ufunc_gets_a_stand_in_with_methods() {
        let text = "@numba.guvectorize([f8(f8)], \"(n)->()\") def f(x, out): pass @njit def g(x): pass";
        let heads = heads(in_editor(text, &Manifest::default()));
        assert!(heads.iter().any(|head| head.contains("pub static f : :: pykernel :: ufunc :: Unknown")));
        assert!(heads.iter().any(|head| head.contains("pub fn g <")), "{heads:#?}");
    }

    #[test]
    fn what_is_launched_takes_a_stream_and_an_extent_too() {
        let text = "@cuda.jit(\"void(f8[:])\") def f(x): pass @cuda.jit def g(x): pass";
        let heads = heads(in_editor(text, &Manifest::default()));
        for name in ["f", "g"] {
            let head = format!("pub fn {name} < {name}_result , {name}_0 , {name}_1 , {name}_2 >");
            assert!(heads.iter().any(|it| it.contains(&head) && it.contains("cuda :: Error")), "{heads:#?}");
        }
    }
}
