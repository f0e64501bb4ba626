//! Walking the axes of the tree without building node lists.

use super::ast::{Axis, AxisStep, Name, NodeTest, Path, Predicate, Shape, Step};
use super::error::{ErrorCode, EvalError};
use super::eval::{Evaluator, Focus, effective_boolean};
use super::value::{Atomic, Item, Sequence, order};
use crate::xml::{AttributeId, ElementId, Node, TextId};

/// Takes a node; `false` stops the walk.
type Visit<'v> = &'v mut dyn FnMut(Node) -> Result<bool, EvalError>;

impl<'a> Evaluator<'a> {
    /// Gives every node a plain path leads to; `false` when the visitor stopped the walk.
    #[inline(always)]
    pub(super) fn each<V>(&self, path: &'a Path, start: Node, visit: &mut V) -> Result<bool, EvalError>
    where
        V: FnMut(Node) -> Result<bool, EvalError>,
    {
        let Node::Element(id) = start else {
            return self.walk(&path.steps, start, visit);
        };
        match path.shape {
            Shape::Own => visit(start),
            Shape::Attribute(name) => self.attribute_named(id, name, visit),
            Shape::Child(name) => self.children_named(id, name, &mut |child| visit(Node::Element(child))),
            Shape::ChildAttribute(child, attribute) => {
                self.children_named(id, child, &mut |child| self.attribute_named(child, attribute, visit))
            }
            Shape::Grandchild(child, grandchild) => self.children_named(id, child, &mut |child| {
                self.children_named(child, grandchild, &mut |found| visit(Node::Element(found)))
            }),
            Shape::Other => self.walk(&path.steps, start, visit),
        }
    }

    #[inline(always)]
    pub(super) fn attribute_named<V>(
        &self,
        id: ElementId,
        name: Name,
        visit: &mut V,
    ) -> Result<bool, EvalError>
    where
        V: FnMut(Node) -> Result<bool, EvalError>,
    {
        match self.named_attribute(id, name.symbol, name.bit)? {
            Some(attribute) => visit(Node::Attribute(attribute)),
            None => Ok(true),
        }
    }

    #[inline(always)]
    pub(super) fn children_named<V>(
        &self,
        parent: ElementId,
        name: Name,
        visit: &mut V,
    ) -> Result<bool, EvalError>
    where
        V: FnMut(ElementId) -> Result<bool, EvalError>,
    {
        let elements = self.document.elements();
        let element = &elements[parent.0 as usize];
        if element.child_mask & name.bit == 0 {
            return Ok(true);
        }
        // What is walked for a name is paid for even where no document has it: earlier documents must make no difference.
        let fits = self.binding.elements(name.symbol);
        let end = element.end as usize;
        let (mut child, mut passed) = (parent.0 as usize + 1, 0_usize);
        let mut exhausted = true;
        while child < end {
            passed = passed.wrapping_add(1);
            let one = &elements[child];
            if fits(one.name) && !visit(ElementId(child as u32))? {
                exhausted = false;
                break;
            }
            child = one.end as usize;
        }
        self.spend(passed)?;
        Ok(exhausted)
    }

    /// Gives every node the steps lead to; `false` when the visitor stopped the walk.
    pub(super) fn walk<V>(&self, steps: &'a [Step], node: Node, visit: &mut V) -> Result<bool, EvalError>
    where
        V: FnMut(Node) -> Result<bool, EvalError>,
    {
        let (step, rest) = match steps {
            [] => return visit(node),
            [Step::Axis(step), rest @ ..] => (step, rest),
            [Step::Expr(expr), rest @ ..] => {
                for item in self.sequence(expr, &Focus::node(node))? {
                    let Item::Node(next) = item else {
                        return Err(ErrorCode::Xpty0019.into());
                    };
                    if !self.walk(rest, next, visit)? {
                        return Ok(false);
                    }
                }
                return Ok(true);
            }
        };
        // Children and attributes by name, the element itself and its parent are nearly all steps there are.
        match (node, step.axis, &step.test) {
            (Node::Element(id), Axis::Child, NodeTest::Name { symbol, bit }) if step.direct => {
                self.named_children(step, (*symbol, *bit), rest, id, visit)
            }
            (Node::Element(id), Axis::Attribute, NodeTest::Name { symbol, bit })
                if step.predicates.is_empty() =>
            {
                match self.named_attribute(id, *symbol, *bit)? {
                    // An element has no two attributes of one name.
                    Some(attribute) => self.onward(rest, Node::Attribute(attribute), visit),
                    None => Ok(true),
                }
            }
            (_, Axis::SelfNode, NodeTest::Node) if step.predicates.is_empty() => {
                self.spend(1)?;
                self.onward(rest, node, visit)
            }
            (_, Axis::Parent, NodeTest::Node) if step.predicates.is_empty() => match self.parent(node) {
                Some(parent) => {
                    self.spend(1)?;
                    self.onward(rest, parent, visit)
                }
                None => Ok(true),
            },
            _ => self.step(step, node, &mut |next| self.onward(rest, next, visit)),
        }
    }

    #[inline]
    fn onward<V>(&self, rest: &'a [Step], node: Node, visit: &mut V) -> Result<bool, EvalError>
    where
        V: FnMut(Node) -> Result<bool, EvalError>,
    {
        if rest.is_empty() { visit(node) } else { self.walk(rest, node, visit) }
    }

    fn named_children<V>(
        &self,
        step: &'a AxisStep,
        (symbol, bit): (u32, u64),
        rest: &'a [Step],
        parent: ElementId,
        visit: &mut V,
    ) -> Result<bool, EvalError>
    where
        V: FnMut(Node) -> Result<bool, EvalError>,
    {
        let elements = self.document.elements();
        let element = &elements[parent.0 as usize];
        if element.child_mask & bit == 0 {
            return Ok(true);
        }
        let (wanted, conditions) = match &step.predicates[..] {
            [Predicate::Position(wanted), rest @ ..] => (Some(*wanted), rest),
            all => (None, all),
        };
        let (mut position, mut passed) = (0_usize, 0_usize);
        let mut child = parent.0 as usize + 1;
        let end = element.end as usize;
        while child < end {
            let at = child;
            child = elements[at].end as usize;
            passed = passed.wrapping_add(1);
            if self.binding.element(elements[at].name) != symbol {
                continue;
            }
            position = position.wrapping_add(1);
            if wanted.is_some_and(|wanted| wanted != position) {
                continue;
            }
            let node = Node::Element(ElementId(at as u32));
            if !conditions.is_empty() && !self.all(conditions, node)? {
                // Nothing but the wanted position is asked for.
            } else if rest.is_empty() {
                if !visit(node)? {
                    self.spend(passed)?;
                    return Ok(false);
                }
            } else if !self.walk(rest, node, visit)? {
                self.spend(passed)?;
                return Ok(false);
            }
            if wanted.is_some() {
                // Behind the wanted position nothing can follow.
                break;
            }
        }
        self.spend(passed)?;
        Ok(true)
    }

    /// The attribute of an element with a name.
    #[inline]
    pub(super) fn named_attribute(
        &self,
        id: ElementId,
        symbol: u32,
        bit: u64,
    ) -> Result<Option<AttributeId>, EvalError> {
        if self.document.element(id).attribute_mask & bit == 0 {
            return Ok(None);
        }
        let range = self.document.attribute_ids(id);
        self.spend(range.len())?;
        let Some(wanted) = self.binding.attribute_name(symbol) else { return Ok(None) };
        let attributes = &self.document.all_attributes()[range.start as usize..range.end as usize];
        let found = attributes.iter().position(|one| one.name == wanted);
        Ok(found.map(|index| AttributeId(range.start + index as u32)))
    }

    fn step(&self, step: &'a AxisStep, node: Node, visit: Visit<'_>) -> Result<bool, EvalError> {
        let (skip, conditions) = match &step.predicates[..] {
            [Predicate::Position(wanted), rest @ ..] => (Some(*wanted), rest),
            all => (None, all),
        };
        if !step.direct {
            let mut items = Vec::new();
            self.axis(step.axis, &step.test, node, &mut |found| {
                items.push(Item::Node(found));
                Ok(true)
            })?;
            for item in self.filter(items, &step.predicates)? {
                if let Item::Node(found) = item
                    && !visit(found)?
                {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        let mut position = 0;
        let mut stopped = false;
        self.axis(step.axis, &step.test, node, &mut |found| {
            position += 1;
            if skip.is_some_and(|wanted| wanted != position) {
                return Ok(true);
            }
            if self.all(conditions, found)? && !visit(found)? {
                stopped = true;
                return Ok(false);
            }
            // Behind the wanted position nothing can follow.
            Ok(skip.is_none())
        })?;
        Ok(!stopped)
    }

    /// Whether a node satisfies conditions that do not depend on its position.
    pub(crate) fn all(&self, conditions: &'a [Predicate], node: Node) -> Result<bool, EvalError> {
        for condition in conditions {
            if let Predicate::Boolean(expr) = condition
                && !self.test(expr, node)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Keeps the items that satisfy every predicate, one predicate after the other (XPath 3.1, section 3.2.1).
    pub(crate) fn filter(
        &self,
        mut items: Sequence<'a>,
        predicates: &'a [Predicate],
    ) -> Result<Sequence<'a>, EvalError> {
        for predicate in predicates {
            let size = items.len();
            self.spend(size)?;
            let mut kept = Vec::new();
            for (index, item) in items.into_iter().enumerate() {
                let position = index + 1;
                let keep = match predicate {
                    Predicate::Position(wanted) => *wanted == position,
                    Predicate::Boolean(expr) | Predicate::Dynamic(expr) => {
                        let focus = Focus { item: item.clone(), position, size };
                        if matches!(predicate, Predicate::Boolean(_)) {
                            self.boolean(expr, &focus)?
                        } else {
                            match &self.sequence(expr, &focus)?[..] {
                                [Item::Atomic(Atomic::Integer(wanted))] => *wanted == position as i64,
                                [Item::Atomic(Atomic::Decimal(wanted) | Atomic::Double(wanted))] => {
                                    *wanted == position as f64
                                }
                                other => effective_boolean(other)?,
                            }
                        }
                    }
                };
                if keep {
                    kept.push(item);
                }
            }
            items = kept;
        }
        Ok(items)
    }

    /// The nodes of an axis that pass the test, in the order of the axis.
    pub(crate) fn axis(
        &self,
        axis: Axis,
        test: &NodeTest,
        node: Node,
        visit: Visit<'_>,
    ) -> Result<bool, EvalError> {
        match axis {
            Axis::Child => self.children(test, node, visit),
            Axis::Attribute => self.attributes(test, node, visit),
            Axis::Descendant => self.descendants(test, node, visit),
            Axis::DescendantOrSelf => {
                Ok(self.offer(test, node, visit)? && self.descendants(test, node, visit)?)
            }
            Axis::SelfNode => self.offer(test, node, visit),
            Axis::Parent => match self.parent(node) {
                Some(parent) => self.offer(test, parent, visit),
                None => Ok(true),
            },
            Axis::Ancestor | Axis::AncestorOrSelf => {
                let mut at = if axis == Axis::Ancestor { self.parent(node) } else { Some(node) };
                while let Some(ancestor) = at {
                    if !self.offer(test, ancestor, visit)? {
                        return Ok(false);
                    }
                    at = self.parent(ancestor);
                }
                Ok(true)
            }
            Axis::FollowingSibling | Axis::PrecedingSibling => self.siblings(axis, test, node, visit),
        }
    }

    /// The parent in the data model: of the root element it is the document node.
    pub(crate) fn parent(&self, node: Node) -> Option<Node> {
        match node {
            Node::Document => None,
            Node::Element(id) => Some(self.document.parent(id).map_or(Node::Document, Node::Element)),
            Node::Attribute(id) => Some(Node::Element(self.document.attribute_at(id).owner)),
            Node::Text(id) => Some(Node::Element(self.document.texts()[id.0 as usize].parent)),
        }
    }

    fn offer(&self, test: &NodeTest, node: Node, visit: Visit<'_>) -> Result<bool, EvalError> {
        self.spend(1)?;
        let passes = match node {
            Node::Element(id) => self.is_element(test, id),
            // The principal kind of these axes is the element: a name never means an attribute here.
            Node::Text(_) => matches!(test, NodeTest::Text | NodeTest::Node),
            Node::Document | Node::Attribute(_) => *test == NodeTest::Node,
        };
        if passes { visit(node) } else { Ok(true) }
    }

    /// The symbol of an element's name.
    #[inline]
    pub(crate) fn symbol(&self, id: ElementId) -> u32 {
        self.binding.element(self.document.element(id).name)
    }

    /// Whether an element passes a test.
    pub(crate) fn is_element(&self, test: &NodeTest, id: ElementId) -> bool {
        match test {
            NodeTest::Name { symbol, .. } => self.symbol(id) == *symbol,
            NodeTest::PrefixedV3 { symbol } => {
                self.symbol(id) == *symbol && !self.document.namespace(id).is_empty()
            }
            NodeTest::Wildcard | NodeTest::Node => true,
            NodeTest::Local(local) => **local == *self.document.local_name(id),
            NodeTest::Namespace(namespace) => **namespace == *self.document.namespace(id),
            NodeTest::Text => false,
        }
    }

    /// Whether an attribute passes a test on the attribute axis.
    pub(crate) fn is_attribute(&self, test: &NodeTest, id: AttributeId) -> bool {
        let name = || self.document.expanded_name(self.document.attribute_at(id).name);
        match test {
            NodeTest::Name { symbol, .. } => {
                self.binding.attribute(self.document.attribute_at(id).name) == *symbol
            }
            NodeTest::Wildcard | NodeTest::Node => true,
            NodeTest::Local(local) => **local == *name().local,
            NodeTest::Namespace(namespace) => **namespace == *name().namespace,
            NodeTest::PrefixedV3 { .. } | NodeTest::Text => false,
        }
    }

    fn children(&self, test: &NodeTest, node: Node, visit: Visit<'_>) -> Result<bool, EvalError> {
        let id = match node {
            Node::Element(id) => id,
            Node::Document => return self.offer(test, Node::Element(self.document.root()), visit),
            Node::Attribute(_) | Node::Text(_) => return Ok(true),
        };
        if let NodeTest::Name { bit, .. } = test
            && self.document.element(id).child_mask & bit == 0
        {
            return Ok(true);
        }
        match test {
            NodeTest::Text => self.child_texts(id, visit),
            NodeTest::Node => {
                let mut nodes: Vec<Node> = self.document.children(id).map(Node::Element).collect();
                self.spend(nodes.len())?;
                self.child_texts(id, &mut |text| {
                    nodes.push(text);
                    Ok(true)
                })?;
                nodes.sort_unstable_by_key(|node| order(self.document, *node));
                for node in nodes {
                    if !visit(node)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => {
                for child in self.document.children(id) {
                    self.spend(1)?;
                    if self.is_element(test, child) && !visit(Node::Element(child))? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }

    fn child_texts(&self, id: ElementId, visit: Visit<'_>) -> Result<bool, EvalError> {
        self.spend(self.document.text_ids(id).len())?;
        for (text, _) in self.document.child_texts(id) {
            if !visit(Node::Text(text))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn attributes(&self, test: &NodeTest, node: Node, visit: Visit<'_>) -> Result<bool, EvalError> {
        let Node::Element(id) = node else { return Ok(true) };
        if let NodeTest::Name { bit, .. } = test
            && self.document.element(id).attribute_mask & bit == 0
        {
            return Ok(true);
        }
        self.spend(1)?;
        for attribute in self.document.attribute_ids(id).map(AttributeId) {
            if self.is_attribute(test, attribute) && !visit(Node::Attribute(attribute))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn descendants(&self, test: &NodeTest, node: Node, visit: Visit<'_>) -> Result<bool, EvalError> {
        let (elements, texts) = match node {
            Node::Document => {
                (0..self.document.elements().len() as u32, 0..self.document.texts().len() as u32)
            }
            Node::Element(id) => (id.0 + 1..self.document.element(id).end, self.document.text_ids(id)),
            Node::Attribute(_) | Node::Text(_) => return Ok(true),
        };
        if *test == NodeTest::Text {
            for text in texts.map(TextId) {
                self.spend(1)?;
                if !visit(Node::Text(text))? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        let mut texts = if *test == NodeTest::Node { texts } else { 0..0 };
        for element in elements.map(ElementId) {
            self.spend(1)?;
            // Texts stand between the elements; `before` tells where.
            while let Some(text) = texts.clone().next()
                && self.document.texts()[text as usize].before <= element.0
            {
                texts.next();
                if !visit(Node::Text(TextId(text)))? {
                    return Ok(false);
                }
            }
            if self.is_element(test, element) && !visit(Node::Element(element))? {
                return Ok(false);
            }
        }
        for text in texts.map(TextId) {
            if !visit(Node::Text(text))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn siblings(&self, axis: Axis, test: &NodeTest, node: Node, visit: Visit<'_>) -> Result<bool, EvalError> {
        let parent = match (node, self.parent(node)) {
            (Node::Element(_) | Node::Text(_), Some(parent)) => parent,
            _ => return Ok(true),
        };
        let own = order(self.document, node);
        let mut found = Vec::new();
        self.children(test, parent, &mut |sibling| {
            let place = order(self.document, sibling);
            if (axis == Axis::FollowingSibling && place > own)
                || (axis == Axis::PrecedingSibling && place < own)
            {
                found.push(sibling);
            }
            Ok(true)
        })?;
        if axis == Axis::PrecedingSibling {
            found.reverse();
        }
        for sibling in found {
            if !visit(sibling)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
