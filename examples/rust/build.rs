//! Build a document of a JSON card, change it as typed data, show it: `example-build CARD.json FOLDER`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::path::PathBuf;

use semd_core::build::CardKinds;
use semd_core::digest;
use semd_core::model::{self, Keep, Style};
use semd_core::render::{self, Options};
use semd_core::report::Lang;
use semd_core::xml::{self, Limits};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(card), Some(folder)) = (arguments.next(), arguments.next().map(PathBuf::from)) else {
        return Err("example-build CARD.json FOLDER".into());
    };
    let mut card: serde_json::Value = serde_json::from_slice(&std::fs::read(card)?)?;
    let kinds = CardKinds::embedded();
    let document = match kinds.build(&card, None) {
        Ok(document) => document,
        Err(error) => {
            error.faults().iter().for_each(|fault| println!("{}: {}", fault.pointer, fault.message.en));
            return Err("the card has faults".into());
        }
    };

    // The same document as typed data: read, change, write.
    let parsed = xml::parse(document.as_bytes(), &Limits::default()).map_err(|fault| fault.message().en)?;
    let mut typed = model::read(&parsed, Keep::Layout)?;
    typed.effective_time = Some(Box::new("202502101045+0300".into()));
    let document = model::write(&typed, Style::Compact)?;
    std::fs::write(folder.join("document.xml"), &document)?;

    // What the doctor signs, as a page.
    let parsed = xml::parse(document.as_bytes(), &Limits::default()).map_err(|fault| fault.message().en)?;
    let sha256 = Some(digest::sha256(document.as_bytes()));
    let page = render::render(&parsed, &Options { lang: Lang::Ru, sha256, ..Options::default() });
    std::fs::write(folder.join("document.html"), &page)?;
    println!("document.xml: {} octets, document.html: {} octets", document.len(), page.len());

    // A card with a fault says where.
    card["patient"]["birth_date"] = "12.03.1964".into();
    if let Err(error) = kinds.build(&card, None) {
        error.faults().iter().for_each(|fault| println!("{}: {}", fault.pointer, fault.message.en));
    }
    Ok(())
}
