//! The modules that `kernels!()` makes.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::expand::identifier;

/// A module, or the place where `kernels!()` stands.
#[derive(Default)]
pub struct Tree {
    doc: String,
    items: TokenStream,
    /// By name. `kernels` allows few levels, so that recursion over them is safe.
    modules: BTreeMap<String, Tree>,
}

impl Tree {
    /// Adds the items of a file to the module of that path.
    pub fn add(&mut self, path: &[String], file: &str, items: TokenStream) {
        let mut module = self;
        for name in path {
            module = module.modules.entry(name.clone()).or_default();
        }
        module.doc = format!("The kernels of `{file}`.");
        module.items.extend(items);
    }

    /// The modules within this one.
    pub fn modules(&self) -> TokenStream {
        self.modules.iter().map(|(name, module)| module.item(name)).collect()
    }

    fn item(&self, name: &str) -> TokenStream {
        let (items, modules) = (&self.items, self.modules());
        let doc = match self.doc.as_str() {
            "" => format!("The kernel files in `{name}`."),
            doc => doc.to_owned(),
        };
        let name = identifier(name, Span::call_site());
        quote! {
            #[doc = #doc]
            pub mod #name { #items #modules }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_modules_too() {
        let mut tree = Tree::default();
        let path = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        tree.add(
            &path("pricing/options"),
            "kernels/pricing/options.py",
            quote!(
                fn a() {}
            ),
        );
        tree.add(
            &path("finance"),
            "kernels/finance.py",
            quote!(
                fn b() {}
            ),
        );
        let expected = quote! {
            #[doc = "The kernels of `kernels/finance.py`."]
            pub mod finance { fn b() {} }
            #[doc = "The kernel files in `pricing`."]
            pub mod pricing {
                #[doc = "The kernels of `kernels/pricing/options.py`."]
                pub mod options { fn a() {} }
            }
        };
        assert_eq!(tree.modules().to_string(), expected.to_string());
    }
}
