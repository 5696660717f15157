package org.tina.model;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.ForTag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.tree.parse.TagToken;
import com.hubspot.jinjava.util.ForLoop;
import com.hubspot.jinjava.util.ObjectIterator;
import com.hubspot.jinjava.util.ObjectTruthValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.lang3.tuple.Pair;

/**
 * jinja2's loop: {@code {% for x in items if condition %}…{% else %}…{% endfor %}}. Jinjava's own
 * ignores the condition, and renders what follows {@code else} in each turn.
 */
final class PythonFor extends ForTag {

    private static final Pattern PART =
            Pattern.compile(JinjaDialect.STRING + "|[(\\[{]|[)\\]}]|\\bif\\b");

    @Override
    public Pair<List<String>, String> getLoopVarsAndExpression(TagToken tag) {
        Pair<List<String>, String> loop = super.getLoopVarsAndExpression(tag);
        return Pair.of(loop.getLeft(), loop.getRight().substring(0, condition(loop.getRight())));
    }

    @Override
    public String renderForCollection(
            TagNode node, JinjavaInterpreter jinja, List<String> names, Object collection) {
        String expression = super.getLoopVarsAndExpression((TagToken) node.getMaster()).getRight();
        String condition =
                expression.substring(condition(expression)).replaceFirst("(?s)^if\\b(.*)", "($1)");
        List<Object> items = new ArrayList<>();
        ForLoop all = ObjectIterator.getLoop(collection);
        while (all.hasNext()) {
            Object item = all.next();
            if (condition.isEmpty() || holds(condition, jinja, names, item, node.getLineNumber())) {
                items.add(item);
            }
        }
        TagNode body = new TagNode(this, (TagToken) node.getMaster(), node.getSymbols());
        Iterator<Node> children = node.getChildren().iterator();
        while (children.hasNext()) {
            Node child = children.next();
            if (child.getName().equals("else")) {
                break;
            }
            body.getChildren().add(child);
        }
        if (!items.isEmpty()) {
            return super.renderForCollection(body, jinja, names, items);
        }
        StringBuilder otherwise = new StringBuilder();
        children.forEachRemaining(child -> otherwise.append(child.render(jinja).getValue()));
        return otherwise.toString();
    }

    private static boolean holds(
            String condition, JinjavaInterpreter jinja, List<String> names, Object item, int line) {
        boolean unpack = names.size() > 1 && item instanceof List<?>;
        List<?> values = unpack ? (List<?>) item : Collections.singletonList(item);
        try (var scope = jinja.enterScope()) {
            for (int i = 0; i < Math.min(names.size(), values.size()); i++) {
                jinja.getContext().put(names.get(i), values.get(i));
            }
            return ObjectTruthValue.evaluate(jinja.resolveELExpression(condition, line));
        }
    }

    /** Where the condition begins with its {@code if}, outside of strings and brackets. */
    private static int condition(String expression) {
        int depth = 0;
        Matcher part = PART.matcher(expression);
        while (part.find()) {
            switch (part.group().charAt(0)) {
                case '(', '[', '{' -> depth++;
                case ')', ']', '}' -> depth--;
                case 'i' -> {
                    if (depth == 0) {
                        return part.start();
                    }
                }
                default -> {}
            }
        }
        return expression.length();
    }
}
