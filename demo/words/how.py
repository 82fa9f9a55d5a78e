"""The page "How it works": Markdown, with the letters of Gatys et al. (2016)."""

from __future__ import annotations

WORDS = {
    "how.title": ("How it works", "Cómo funciona"),
    "how.back": ("Back to the studio", "Volver al estudio"),
    "how.idea": (
        """
VGG-19 is a network that was trained to name what is in photographs; layer by layer it turns a picture into *features*,
from edges and colours to textures and parts of things. Two pictures show the same **things** where a late layer's
features agree, and they are painted in the same **manner** where the *correlations* between features agree, wherever in
the picture they occur. So start from the photo $p$ and change its pixels, a little at every step, until the picture $x$
agrees with $p$ in the first sense and with the painting $a$ in the second: no network is trained here, what is learned
is the picture itself.
""",
        """
VGG-19 es una red entrenada para nombrar lo que hay en las fotografías; capa a capa convierte una imagen en
*características*, desde bordes y colores hasta texturas y partes de las cosas. Dos imágenes muestran las mismas
**cosas** cuando coinciden las características de una capa tardía, y están pintadas de la misma **manera** cuando
coinciden las *correlaciones* entre características, estén donde estén en la imagen. Así que se parte de la foto $p$ y
se cambian sus píxeles, un poco en cada paso, hasta que la imagen $x$ coincide con $p$ en el primer sentido y con el
cuadro $a$ en el segundo: aquí no se entrena ninguna red, lo que se aprende es la propia imagen.
""",
    ),
    "how.idea_alt": (
        "Three pictures: Neuschwanstein Castle, The Starry Night, and the castle painted like The Starry Night",
        "Tres imágenes: el castillo de Neuschwanstein, La noche estrellada y el castillo pintado como ella",
    ),
    "how.idea_caption": (
        "The photo $p$, the painting $a$, and the picture $x$ that comes of them with the default settings.",
        "La foto $p$, el cuadro $a$ y la imagen $x$ que sale de ellos con los ajustes normales.",
    ),
    "how.content": (
        """
## Content: what is in the picture

A layer $l$ has $N_l$ features at $M_l$ positions. Written one feature a row they are a matrix: $F^l$ for the picture,
$P^l$ for the photo. How far the picture is from the photo is the squared distance of the two, in a late layer, which
knows things, and in a middle one, which sees edges and calm places, so that faces stay faces:
""",
        """
## Contenido: qué hay en la imagen

Una capa $l$ tiene $N_l$ características en $M_l$ posiciones. Escritas una por fila forman una matriz: $F^l$ la de la
imagen, $P^l$ la de la foto. Cuánto se aleja la imagen de la foto es la distancia al cuadrado entre las dos, en una capa
tardía, que sabe de cosas, y en una intermedia, que ve bordes y zonas tranquilas, para que las caras sigan siendo caras:
""",
    ),
    "how.style": (
        """
## Style: the Gram matrix

Which features occur together? Multiply the features of each two rows position by position and take the mean: that is
the Gram matrix $G^l$ of the picture, and $A^l$ that of the painting. The mean forgets *where* something was; strokes,
textures and colours remain. Five layers are compared, from fine to coarse, all with the same share $w_l$:
""",
        """
## Estilo: la matriz de Gram

¿Qué características aparecen juntas? Multiplica las de cada dos filas posición a posición y toma la media: esa es la
matriz de Gram $G^l$ de la imagen, y $A^l$ la del cuadro. La media olvida *dónde* estaba cada cosa; quedan las
pinceladas, las texturas y los colores. Se comparan cinco capas, de lo fino a lo grueso, todas con la misma parte $w_l$:
""",
    ),
    "how.layers_alt": (
        "Above, The Starry Night and textures from the Gram matrices of one to five layers: the strokes grow larger. "
        "Below, Neuschwanstein Castle rebuilt from the features of one layer each: the later, the freer.",
        "Arriba, La noche estrellada y texturas de las matrices de Gram de una a cinco capas: las pinceladas crecen. "
        "Abajo, el castillo de Neuschwanstein rehecho con las características de una sola capa: cuanto más tardía, más "
        "libre.",
    ),
    "how.the_painting": ("the painting", "el cuadro"),
    "how.the_photo": ("the photo", "la foto"),
    "how.from_to": ("{first} to {last}", "{first} a {last}"),
    "how.layers_caption": (
        "What the layers know, as in figure 1 of the paper of 2015. Above: textures that have the painting's Gram "
        "matrices in one to five layers. Below: the photo from the features of one layer each. *See inside* in the "
        "studio makes such pictures from yours.",
        "Lo que saben las capas, como en la figura 1 del artículo de 2015. Arriba: texturas con las matrices de Gram "
        "del cuadro en una a cinco capas. Abajo: la foto a partir de las características de una sola capa. *Mirar por "
        "dentro*, en el estudio, hace estas imágenes con las tuyas.",
    ),
    "how.energy": (
        """
## What the errors are divided by

The paper divides the squared errors by fixed numbers: it takes $\\frac12 \\lVert F - P \\rVert^2$ for the content, and
for the style $\\frac14 N_l^{{-2}} \\lVert G - A \\rVert^2$ of each layer. Their size then depends on the layer, on the
painting and on the resolution, and the deepest layers, those of the large strokes, hardly take part. Here each error is
divided by the *energy* of its own target, as above: 0 is equal, 1 is as far away as nothing at all, in every layer and
for every painting. In the studio's *Advanced* settings and on the command line much of this can be changed; the preset
`paper` of the command line is the method as it was published.
""",
        """
## Entre qué se dividen los errores

El artículo divide los errores al cuadrado entre números fijos: toma $\\frac12 \\lVert F - P \\rVert^2$ para el
contenido y, para el estilo, $\\frac14 N_l^{{-2}} \\lVert G - A \\rVert^2$ de cada capa. Su tamaño depende entonces de
la capa, del cuadro y de la resolución, y las capas más profundas, las de las pinceladas grandes, apenas participan.
Aquí cada error se divide entre la *energía* de su propio objetivo, como arriba: 0 es igual, 1 es tan lejos como la
nada, en cada capa y con cualquier cuadro. Mucho de esto se puede cambiar en los ajustes *Avanzado* del estudio y en la
línea de órdenes; allí el ajuste `paper` es el método tal como se publicó.
""",
    ),
    "how.total": (
        """
## The sum

A third term asks for smoothness: the *total variation*, the mean squared difference between neighbouring pixels down
and across (the angle brackets are means over all pixels and colours). The picture is the one with the smallest weighted
sum of all three:
""",
        """
## La suma

Un tercer término pide suavidad: la *variación total*, la media de las diferencias al cuadrado entre píxeles vecinos,
hacia abajo y hacia el lado (los paréntesis angulares son medias sobre todos los píxeles y colores). La imagen es la que
tiene la menor suma ponderada de los tres:
""",
    ),
    "how.strength": (
        "*How much painting?* is one number $t$, from 0 to 1, that shifts weight from the photo to the painting:",
        "*¿Cuánto del cuadro?* es un solo número $t$, de 0 a 1, que pasa peso de la foto al cuadro:",
    ),
    "how.strength_alt": (
        "The Château de Chenonceau painted like The Great Wave at six strengths: from the untouched photo at 0 % to "
        "waves in which the château is hardly seen at 100 %",
        "El castillo de Chenonceau pintado como La gran ola con seis intensidades: de la foto intacta al 0 % a unas "
        "olas en las que apenas se ve el castillo al 100 %",
    ),
    "how.strength_caption": (
        "The same photo and the same painting, from 0 to 100\N{NO-BREAK SPACE}%. All else is equal.",
        "La misma foto y el mismo cuadro, del 0 al 100\N{NO-BREAK SPACE}%. Todo lo demás es igual.",
    ),
    "how.scales": (
        """
## From coarse to fine

The network looks at a picture through a small window. What is a swirl at a quarter of the size is only a texture at
full size: started there, strokes stay small. So the picture is painted small first, then enlarged to twice the size and
painted on, up to full size. The coarse sizes decide about what one sees from afar, and they cost little: half the side
is a quarter of the work.
""",
        """
## De grueso a fino

La red mira la imagen por una ventana pequeña. Lo que a un cuarto del tamaño es un remolino, al tamaño final es solo una
textura: si se empieza ahí, las pinceladas quedan pequeñas. Por eso primero se pinta en pequeño; después se amplía al
doble y se sigue pintando, hasta el tamaño final. Los tamaños gruesos deciden lo que se ve desde lejos, y cuestan poco:
la mitad de lado es un cuarto del trabajo.
""",
    ),
    "how.scales_alt": (
        "The same castle at the end of each size, 64, 128, 256 and 512 pixels wide: first blurred patches of colour "
        "with a moon, then swirls, then strokes and windows",
        "El mismo castillo al final de cada tamaño, de 64, 128, 256 y 512 píxeles de ancho: primero manchas borrosas "
        "de color con una luna, luego remolinos, al final pinceladas y ventanas",
    ),
    "how.scales_caption": (
        "The run of the first figure at the end of each of its four sizes, all shown equally large.",
        "La ejecución de la primera figura al final de cada uno de sus cuatro tamaños, mostrados igual de grandes.",
    ),
    "how.lbfgs": (
        """
## Downhill: L-BFGS

A picture is a point in a space of millions of dimensions, one a pixel and colour, and the loss is a landscape above it.
The gradient, traced back through VGG-19 to the pixels, tells which way is down, but not how far to go. L-BFGS looks
back at its last steps: how each moved the picture, and how the gradient changed. From these it guesses how the
landscape is curved, without ever writing that curvature down, and needs far fewer steps than following the gradient
alone. Broad areas and fine strokes are curved very differently; so here it begins with a curvature of its own for each
band of spatial frequencies, learnt from the steps so far.
""",
        """
## Cuesta abajo: L-BFGS

Una imagen es un punto en un espacio de millones de dimensiones, una por píxel y color, y la pérdida es un paisaje sobre
él. El gradiente, llevado hacia atrás por VGG-19 hasta los píxeles, dice por dónde se baja, pero no cuánto hay que
andar. L-BFGS mira atrás, a sus últimos pasos: cómo movió cada uno la imagen y cómo cambió el gradiente. Con eso adivina
la curvatura del paisaje, sin escribirla nunca entera, y necesita muchos menos pasos que quien solo sigue el gradiente.
Las zonas amplias y las pinceladas finas se curvan de manera muy distinta; por eso aquí empieza con una curvatura propia
para cada banda de frecuencias espaciales, aprendida de los pasos anteriores.
""",
    ),
    "how.losses_caption": (
        "The losses of the run of the first figure, on a logarithmic scale; dotted lines stand where it went on at a "
        "larger size. The content loss *rises* at the start, since the run begins at the photo: where the two terms "
        "balance is where it ends.",
        "Las pérdidas de la ejecución de la primera figura, en escala logarítmica; las líneas de puntos marcan dónde "
        "siguió a un tamaño mayor. La pérdida de contenido *sube* al principio, porque se parte de la foto: se acaba "
        "donde los dos términos se equilibran.",
    ),
    "how.papers": (
        """
## To read on

- L. A. Gatys, A. S. Ecker, M. Bethge: [A Neural Algorithm of Artistic Style](https://arxiv.org/abs/1508.06576), 2015,
  and its extended version
  [Image Style Transfer Using Convolutional Neural Networks](https://openaccess.thecvf.com/content_cvpr_2016/html/Gatys_Image_Style_Transfer_CVPR_2016_paper.html),
  CVPR 2016. The method of this page.
- L. A. Gatys, A. S. Ecker, M. Bethge:
  [Texture Synthesis Using Convolutional Neural Networks](https://arxiv.org/abs/1505.07376), 2015. Where the Gram
  matrices come from.
- L. A. Gatys and others: [Preserving Color in Neural Artistic Style Transfer](https://arxiv.org/abs/1606.05897), 2016.
  *Whose colours?*
- L. A. Gatys and others:
  [Controlling Perceptual Factors in Neural Style Transfer](https://arxiv.org/abs/1611.07865), CVPR 2017. Regions, and
  from coarse to fine.
- Y. Li, N. Wang, J. Liu, X. Hou: [Demystifying Neural Style Transfer](https://arxiv.org/abs/1701.01036), 2017. Why
  Gram matrices work, and what works as well.
- K. Simonyan, A. Zisserman:
  [Very Deep Convolutional Networks for Large-Scale Image Recognition](https://arxiv.org/abs/1409.1556), 2014. VGG-19.
- D. C. Liu, J. Nocedal:
  [On the Limited Memory BFGS Method for Large Scale Optimization](https://doi.org/10.1007/BF01589116), 1989.
- B. Galerne, L. Raad, J. Lezama, J.-M. Morel:
  [Scaling Painting Style Transfer](https://arxiv.org/abs/2212.13459), 2024. Very large pictures, block by block.
- In Spanish: R. Rodríguez Abril,
  [Transferencia Neuronal de Estilo](https://lamaquinaoraculo.com/deep-learning/transferencia-neuronal-de-de-estilo/).
""",
        """
## Para seguir leyendo

- L. A. Gatys, A. S. Ecker, M. Bethge: [A Neural Algorithm of Artistic Style](https://arxiv.org/abs/1508.06576), 2015,
  y su versión ampliada
  [Image Style Transfer Using Convolutional Neural Networks](https://openaccess.thecvf.com/content_cvpr_2016/html/Gatys_Image_Style_Transfer_CVPR_2016_paper.html),
  CVPR 2016. El método de esta página.
- L. A. Gatys, A. S. Ecker, M. Bethge:
  [Texture Synthesis Using Convolutional Neural Networks](https://arxiv.org/abs/1505.07376), 2015. De ahí vienen las
  matrices de Gram.
- L. A. Gatys y otros: [Preserving Color in Neural Artistic Style Transfer](https://arxiv.org/abs/1606.05897), 2016.
  *¿De quién son los colores?*
- L. A. Gatys y otros:
  [Controlling Perceptual Factors in Neural Style Transfer](https://arxiv.org/abs/1611.07865), CVPR 2017. Las regiones,
  y de grueso a fino.
- Y. Li, N. Wang, J. Liu, X. Hou: [Demystifying Neural Style Transfer](https://arxiv.org/abs/1701.01036), 2017. Por qué
  funcionan las matrices de Gram, y qué más funciona.
- K. Simonyan, A. Zisserman:
  [Very Deep Convolutional Networks for Large-Scale Image Recognition](https://arxiv.org/abs/1409.1556), 2014. VGG-19.
- D. C. Liu, J. Nocedal:
  [On the Limited Memory BFGS Method for Large Scale Optimization](https://doi.org/10.1007/BF01589116), 1989.
- B. Galerne, L. Raad, J. Lezama, J.-M. Morel:
  [Scaling Painting Style Transfer](https://arxiv.org/abs/2212.13459), 2024. Imágenes muy grandes, bloque a bloque.
- En español: R. Rodríguez Abril,
  [Transferencia Neuronal de Estilo](https://lamaquinaoraculo.com/deep-learning/transferencia-neuronal-de-de-estilo/).
""",
    ),
}
