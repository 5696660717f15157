/**
 * Sliders, buttons and boxes in a notebook: ipywidgets' own models, held in Java. {@code new
 * Slider("beta", 0, 0.2, 0.04).onChange(beta -> …)} is the whole idea: a control has a value, tells
 * its listeners of each change, whether it came from the page or from Java, and shows itself as the
 * last line of a cell. Nothing here knows of models or training.
 *
 * <p>Without a page (a notebook run from the terminal, a test) the same code runs with the values
 * that the controls start with. A page that is loaded again finds all controls as they were, and an
 * executed notebook keeps their last state.
 */
package org.tina.notebook.widget;
