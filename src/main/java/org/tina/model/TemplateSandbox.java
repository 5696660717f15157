package org.tina.model;

import com.hubspot.jinjava.el.TypeConvertingMapELResolver;
import com.hubspot.jinjava.el.ext.JinjavaBeanELResolver;
import com.hubspot.jinjava.el.ext.JinjavaListELResolver;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ForLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jinjava.javax.el.ArrayELResolver;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import jinjava.javax.el.MethodNotFoundException;

/**
 * What a chat template may reach: items of lists and maps, the {@code loop} variable, and Python's
 * methods of strings and dictionaries. Jinjava by itself would let a template call any Java method
 * of any object it can get hold of.
 */
final class TemplateSandbox {

    private TemplateSandbox() {}

    static ELResolver resolver() {
        CompositeELResolver resolver = new CompositeELResolver();
        resolver.add(new PythonMethods());
        resolver.add(new ArrayELResolver(true));
        resolver.add(new JinjavaListELResolver(true));
        resolver.add(new TypeConvertingMapELResolver(true));
        resolver.add(new JinjavaOwn());
        return resolver;
    }

    /** Methods that templates written for Python's jinja2 call. */
    private static final class PythonMethods extends JinjavaBeanELResolver {

        /** A character of a string, counted as in Python; a string has no other properties. */
        @Override
        public Object getValue(ELContext context, Object base, Object property) {
            if (base instanceof String text && property.toString().matches("-?\\d{1,9}")) {
                int index = Integer.parseInt(property.toString());
                int length = text.codePointCount(0, text.length());
                int place = index < 0 ? index + length : index;
                if (place >= 0 && place < length) {
                    context.setPropertyResolved(true);
                    int at = text.offsetByCodePoints(0, place);
                    return Character.toString(text.codePointAt(at));
                }
            }
            return null;
        }

        @Override
        public Object invoke(
                ELContext context, Object base, Object method, Class<?>[] types, Object[] args) {
            if (base instanceof String text) {
                context.setPropertyResolved(true);
                return called(method, args, () -> onString(text, method.toString(), args));
            }
            if (base instanceof Map<?, ?> map) {
                context.setPropertyResolved(true);
                return called(method, args, () -> onMap(map, method.toString(), args));
            }
            return null;
        }

        /** Jinjava takes some exceptions for "no value"; a wrong call must not pass for one. */
        private static Object called(Object method, Object[] args, Supplier<Object> call) {
            try {
                return call.get();
            } catch (IndexOutOfBoundsException
                    | NullPointerException
                    | ClassCastException
                    | NumberFormatException e) {
                throw new MethodNotFoundException(
                        "method " + method + " can't take " + Arrays.toString(args), e);
            }
        }
    }

    private static Object onString(String text, String method, Object[] arguments) {
        List<String> args = Stream.of(arguments).map(Object::toString).toList();
        String first = args.isEmpty() ? null : args.get(0);
        return switch (method) {
            case "strip" -> strip(text, first, true, true);
            case "lstrip" -> strip(text, first, true, false);
            case "rstrip" -> strip(text, first, false, true);
            case "startswith" -> text.startsWith(args.get(0));
            case "endswith" -> text.endsWith(args.get(0));
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "capitalize" -> capitalize(text);
            case "title" ->
                    Pattern.compile("\\p{L}+")
                            .matcher(text)
                            .replaceAll(word -> capitalize(word.group()));
            case "replace" -> text.replace(args.get(0), args.get(1));
            case "split" ->
                    split(text, first, args.size() > 1 ? Integer.parseInt(args.get(1)) : -1);
            case "find" -> text.indexOf(args.get(0));
            case "join" -> join(text, arguments[0]);
            default -> throw new MethodNotFoundException("text has no method " + method);
        };
    }

    private static Object onMap(Map<?, ?> map, String method, Object[] args) {
        return switch (method) {
            case "get" -> {
                Object value = map.get(args[0]);
                yield value == null && args.length > 1 ? args[1] : value;
            }
            case "keys" -> new ArrayList<>(map.keySet());
            case "values" -> new ArrayList<>(map.values());
            case "items" ->
                    map.entrySet().stream()
                            .map(entry -> Arrays.asList(entry.getKey(), entry.getValue()))
                            .toList();
            default -> throw new MethodNotFoundException("a dictionary has no method " + method);
        };
    }

    private static String strip(String text, String chars, boolean left, boolean right) {
        IntPredicate gone = chars == null ? TemplateSandbox::isSpace : c -> chars.indexOf(c) >= 0;
        int from = 0;
        int to = text.length();
        while (left && from < to && gone.test(text.charAt(from))) {
            from++;
        }
        while (right && from < to && gone.test(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** At each separator, at most {@code max} times unless negative; null splits at white space. */
    private static List<String> split(String text, String separator, int max) {
        int limit = max < 0 ? -1 : max + 1;
        return separator == null
                ? List.of(strip(text, null, true, max < 0).split("(?U)\\s+", limit))
                : List.of(text.split(Pattern.quote(separator), limit));
    }

    private static String join(String separator, Object parts) {
        StringJoiner joined = new StringJoiner(separator);
        ((Iterable<?>) parts).forEach(part -> joined.add(part.toString()));
        return joined.toString();
    }

    private static String capitalize(String text) {
        return text.isEmpty()
                ? text
                : text.substring(0, 1).toUpperCase(Locale.ROOT)
                        + text.substring(1).toLowerCase(Locale.ROOT);
    }

    private static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    /** Jinjava's own objects behind {@code loop}, filters ({@code x | trim}) and tests. */
    private static final class JinjavaOwn extends JinjavaBeanELResolver {

        JinjavaOwn() {
            super(true);
        }

        @Override
        public Object getValue(ELContext context, Object base, Object property) {
            return base instanceof ForLoop ? super.getValue(context, base, property) : null;
        }

        @Override
        public Object invoke(
                ELContext context, Object base, Object method, Class<?>[] types, Object[] args) {
            boolean own =
                    base instanceof Filter || base instanceof ExpTest || base instanceof ForLoop;
            return own ? super.invoke(context, base, method, types, args) : null;
        }
    }
}
